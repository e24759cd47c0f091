"""The demo logins: a customer who registers like anybody, staff and an administrator made by the operator's command."""

import json
import secrets
import time
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from tools.shop import admin
from tools.shop.demo.api import PATIENCE_S, PAUSE_S, Api, SeedingFailed
from tools.shop.home import read_json, write

ROLES = ("customer", "staff", "admin")
Login = dict[str, str]


def logins(file: Path) -> dict[str, Login]:
    """The logins in the file; missing ones are thought up and written down before anybody registers with them.

    So a seeding that was stopped goes on with the same passwords. Other entries of the file are kept.
    """
    kept = read_json(file)
    wanted = {role: kept.get(role) or new_login(role) for role in ROLES}
    if any(role not in kept for role in ROLES):
        write(file, json.dumps({**kept, **wanted}, indent=2) + "\n", mode=0o600)
    return wanted


def new_login(role: str) -> Login:
    return {"email": f"{role}@shop.example", "password": secrets.token_urlsafe(15)}


def seed_customer(api: Api, login: Login) -> None:
    """Register and confirm by the mail, as far as that has not happened yet."""
    state = log_in(api, login)
    if state == "invalid_credentials":
        api.call("POST", "/api/users", {**login, "name": "Demo Customer"}, 202)
    elif state == "email_unverified":
        api.call("POST", "/api/email-verifications", {"email": login["email"]}, 202)
    else:
        return
    confirm(api, login)


def confirm(api: Api, login: Login) -> None:
    """Follow the links in the mails until the customer can log in."""
    tried: set[str] = set()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for token in mailed_tokens(api, login["email"]) - tried:
            tried.add(token)
            api.call("POST", "/api/email-verifications/confirm", {"token": token}, 204, 400)
            if not log_in(api, login):
                return
        time.sleep(PAUSE_S)
    raise SeedingFailed(f"{login['email']} can't log in with the password in demo-logins.json; try `up --fresh`.")


def mailed_tokens(api: Api, email: str) -> set[str]:
    mails = api.call("GET", f"/_inbox?to={quote(email)}", None, 200).body["items"]
    links = [link for mail in mails for link in mail["links"]]
    return {token for link in links for token in parse_qs(urlsplit(link).query).get("token", [])}


def seed_operator(api: Api, login: Login, role: str) -> None:
    """Nobody can register as staff or administrator: `admin create` makes them, or gives them this password again."""
    if log_in(api, login):
        admin.create(login["email"], login["password"], role)


def log_in(api: Api, login: Login) -> str:
    """Nothing if the login works, else the code of the refusal."""
    return api.call("POST", "/api/sessions", login, 201, 401, 403).code


def session(api: Api, login: Login) -> Api:
    """The API as this person."""
    return api.with_token(api.call("POST", "/api/sessions", login, 201).body["access_token"])
