"""A small service that has one route of each kind, to see what every service inherits."""

from collections.abc import Iterator
from typing import Annotated, Literal

import pytest
from chalice import Blueprint
from msgspec import UNSET, Meta, Struct, UnsetType

import common.service
from common import auth, problems
from common.http import Call, Reply, operation
from common.schemas import Body, Code, Id, Nothing, Page, PageQuery
from common.service import make_app
from common.settings import Settings
from tests.support import tokens
from tests.support.api import Api, connected
from tests.support.services import ORIGIN

common.service.fetch_json = tokens.jwks  # type: ignore[attr-defined]
routes = Blueprint(__name__)


class Line(Body):
    sku: Code
    quantity: Annotated[int, Meta(ge=1, le=999)]


class PutThing(Body):
    items: Annotated[list[Line], Meta(max_length=3)]
    name: str | None = None
    colour: Literal["red", "green"] = "red"


class Thing(Struct):
    count: int


class ListThings(PageQuery):
    sku: list[str] = []
    owner: Id | UnsetType = UNSET


@routes.route("/things/{thing_id}", methods=["PUT"])
@operation(allow=auth.roles("staff"), request=PutThing, responses={200: Thing})
def put_thing(thing_id: str, body: PutThing) -> Thing:
    """Put a thing."""
    if thing_id == "missing":
        raise problems.NotFound
    return Thing(len(body.items))


@routes.route("/things/{thing_id}", methods=["GET"])
@operation(allow=auth.public, responses={200: Thing})
def get_thing(thing_id: str, call: Call) -> Reply[Thing]:
    """Get a thing; staff see more."""
    if thing_id == "broken":
        raise RuntimeError("a secret: hunter2")
    return Reply(200, Thing(2 if call.has_role("staff") else 1), version=3)


@routes.route("/things", methods=["GET"])
@operation(
    allow=auth.everyone, query=ListThings, responses={200: Page[Thing]}, restricted={"owner": ("staff", "admin")}
)
def list_things(query: ListThings) -> Page[Thing]:
    """List things."""
    return Page(items=[Thing(query.limit), Thing(len(query.sku))], next_cursor=None)


@routes.route("/things/{thing_id}", methods=["PATCH"])
@operation(allow=auth.everyone, request=Nothing, responses={204: None}, if_match=True)
def edit_thing(thing_id: str, call: Call) -> None:
    """Edit a thing at its version."""
    call.precondition.check(3, required=True)


@routes.route("/charges", methods=["POST"])
@operation(allow=auth.everyone, request=Nothing, responses={201: Thing}, keyed=True)
def charge(call: Call) -> Reply[Thing]:
    """Do something once."""
    return Reply(201, Thing(len(call.idempotency_key)), location="/charges/1", replayed=True)


@routes.route("/internal", methods=["POST"])
@operation(allow=auth.services("orders"), responses={204: None})
def internal() -> None:
    """For orders-service only."""


@routes.route("/deeds", methods=["POST"])
@operation(allow=auth.roles("customer"), request=PutThing, responses={204: None}, live=True)
def do_deed(body: PutThing) -> None:
    """Do something that only a live session may do."""


@routes.route("/address", methods=["GET"])
@operation(allow=auth.public, responses={200: dict[str, str]})
def address(call: Call) -> dict[str, str]:
    """Tell where the caller is."""
    return {"address": call.source_address}


SETTINGS = Settings.read(
    "catalog",
    {"CORS_ORIGINS": ORIGIN, "JWKS_URLS": "users=test:users,orders=test:orders", "EDGE_SECRET": "s3cret"},
)
ENDED: set[str | None] = set()
app = make_app(
    SETTINGS,
    tokens.signer("catalog"),
    blueprints=[routes],
    dependencies={"well": lambda: None, "ill": lambda: 1 / 0},
    session_is_live=lambda caller: caller.session_id not in ENDED,
)


@pytest.fixture
def api() -> Iterator[Api]:
    with connected(app, "catalog") as connection:
        yield connection


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dummy credentials, so that a test can't reach a real account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
