"""Tries a service's authorisation matrix: who may use which route, as `(method, path) -> roles`, None for no token."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from tests.support.api import Api

Route = tuple[str, str]
Matrix = Mapping[Route, Collection[str | None]]


def routes_of(app: Any) -> set[Route]:
    """Every route that the service declares; HEAD, OPTIONS and 405 stand behind every path and are left out."""
    return {
        (method, path)
        for path, entries in app.routes.items()
        for method, entry in entries.items()
        if method != "HEAD" and not entry.view_function.operation.hidden
    }


def protected(matrix: Matrix) -> list[Route]:
    """The routes that need a token."""
    return [route for route, allowed in matrix.items() if None not in allowed]


def check_roles(api: Api, route: Route, roles: Collection[str], matrix: Matrix) -> None:
    """Those in the row come past the check, whatever they are answered then; all others a 403, or 401 without token."""
    answers = {role: api.request(route[0], address(route[1]), role=role) for role in (*roles, None)}
    refused = {role for role, answer in answers.items() if answer.code in ("forbidden", "token_missing")}

    assert refused == {*roles, None} - {*matrix[route]}, answers
    assert all(answers[role].status == (403 if role else 401) for role in refused)


def check_refusal_comes_first(api: Api, route: Route) -> None:
    """A 401 tells nothing of what else is wrong with the request."""
    answer = api.request(route[0], address(route[1]), b"{not json", Content_Type="text/plain")

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def address(path: str) -> str:
    """A path with something in the place of each parameter."""
    return re.sub(r"[{}]", "", path)
