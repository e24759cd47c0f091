"""Request and response types of webhook endpoints."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib import events
from chalicelib.webhooks.webhook import EVERY, Delivery, Endpoint, Status
from common import clock
from common.schemas import Body, PageQuery

Url = Annotated[str, Meta(min_length=1, max_length=2000, description="https, a public host, port 443 or 8443")]
EventType = Annotated[str, Meta(max_length=64, extra_json_schema={"enum": [EVERY, *events.KINDS]})]
EventTypes = Annotated[
    list[EventType], Meta(min_length=1, max_length=50, description="Kinds of events; * is every one, also later ones")
]
Description = Annotated[str, Meta(max_length=200)]


class CreateEndpoint(Body):
    url: Url
    events: EventTypes
    description: Description = ""
    active: bool = True


class ChangeEndpoint(Body):
    """`events`, if given, replaces them all."""

    url: Url | UnsetType = UNSET
    events: EventTypes | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class EndpointView(msgspec.Struct, kw_only=True):
    """`secrets`: how many sign at present, more than one for a day after a rotation."""

    id: str
    url: str
    events: list[str]
    description: str
    active: bool
    secrets: int
    version: int
    created_at: str
    updated_at: str


class EndpointWithSecret(EndpointView, kw_only=True):
    """The only answer that shows the secret."""

    secret: str


class ListDeliveries(PageQuery):
    status: Literal["pending", "delivered", "failed"] | UnsetType = UNSET


class DeliveryView(msgspec.Struct, kw_only=True):
    """`error` tells why there was no answer; of answers only the status is kept."""

    id: str
    event_id: str
    type: str
    status: Status
    attempts: int
    last_attempt_at: str | None
    next_attempt_at: str | None
    response_status: int | None
    error: str | None
    created_at: str


def present(endpoint: Endpoint) -> EndpointView:
    return EndpointView(**_shown(endpoint))


def present_with(secret: str, endpoint: Endpoint) -> EndpointWithSecret:
    return EndpointWithSecret(secret=secret, **_shown(endpoint))


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events,
        "description": endpoint.description,
        "active": endpoint.active,
        "secrets": len(endpoint.signing(clock.now())),
        "version": endpoint.version,
        "created_at": clock.rfc3339(endpoint.created_at),
        "updated_at": clock.rfc3339(endpoint.updated_at),
    }


def present_delivery(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        id=delivery.id,
        event_id=delivery.event_id,
        type=delivery.type,
        status=delivery.status,
        attempts=delivery.attempts,
        last_attempt_at=_moment(delivery.last_attempt_at),
        next_attempt_at=_moment(delivery.due),
        response_status=delivery.response_status,
        error=delivery.error,
        created_at=clock.rfc3339(delivery.created_at),
    )


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else clock.rfc3339(seconds)
