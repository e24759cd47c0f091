"""A member of staff at the command line: who it is, and calls of the shop's API with a token that does not run out."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tools.shop import inside
from tools.shop.demo.api import Answer, Api, SeedingFailed
from tools.shop.home import Home, Ports, read_json

Command = Callable[..., Any]


class Staff:
    """The shop's API as a member of staff, who logs in again whenever a token has run out."""

    def __init__(self, url: str, login: dict[str, str] | None, token: str | None) -> None:
        self._nobody = Api(url)
        self._login = login
        self._api = self._nobody.with_token(token) if token else self._logged_in()

    def _logged_in(self) -> Api:
        answer = _asked(self._nobody, "POST", "/api/sessions", self._login, 201, 401, 403)
        if answer.status != 201:
            raise click.ClickException(f"The log-in was refused: {answer.code}")
        return self._nobody.with_token(answer.body["access_token"])

    def call(self, method: str, path: str, body: object = None, *expected: int) -> Answer:
        """One of the expected answers, or the shop's own words why not."""
        answer = _asked(self._api, method, path, body, *expected, 401)
        if answer.status == 401 and self._login:
            self._api = self._logged_in()
            answer = _asked(self._api, method, path, body, *expected)
        if answer.status == 401:
            raise click.ClickException("The token is not valid, or no longer.")
        return answer


def _asked(api: Api, method: str, path: str, body: object, *expected: int) -> Answer:
    try:
        return api.call(method, path, body, *expected)
    except SeedingFailed as failed:
        raise click.ClickException(str(failed)) from failed


def password_in(file: Path) -> str:
    """What stands in a file, without the end of its line."""
    try:
        return file.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is no text: it is to hold a password.") from None


def as_staff(command: Command) -> Command:
    """Options that say who one is."""
    command = click.option("--token", envvar="SHOP_TOKEN", help="An access token instead of a log-in.")(command)
    command = click.option(
        "--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="For --email."
    )(command)
    command = click.option("--email", help="Of a member of staff; else the demo's.")(command)
    return click.option("--shop", "url", help="The shop's address; else the one of SHOP_PORT.")(command)


def staff(url: str | None, email: str | None, password_file: Path | None, token: str | None) -> Staff:
    if email and not password_file:
        raise click.UsageError("--email needs --password-file.")
    home = Home.read(os.environ) if url else inside.require_shop()
    login = read_json(home.logins).get("staff")
    if email and password_file:
        login = {"email": email, "password": password_in(password_file)}
    if not login and not token:
        raise click.UsageError("There is no demo login here. Give --email with --password-file, or --token.")
    return Staff(url or Ports.read(os.environ).url("edge"), None if token else login, token)
