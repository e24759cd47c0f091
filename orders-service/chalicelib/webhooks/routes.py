"""HTTP in and out for merchants' webhook endpoints: administrators only."""

from chalice import Blueprint
from msgspec import UNSET
from msgspec.structs import asdict

from chalicelib import config
from chalicelib.errors import EndpointInactive, EndpointLimit, TooManySecrets
from chalicelib.webhooks import domain
from chalicelib.webhooks.schemas import (
    ChangeEndpoint,
    CreateEndpoint,
    DeliveryView,
    EndpointView,
    EndpointWithSecret,
    ListDeliveries,
    present,
    present_delivery,
    present_with,
)
from common.auth import roles
from common.http import Call, Reply, operation
from common.pagination import page
from common.problems import CursorInvalid, NotFound
from common.schemas import Page, PageQuery

routes = Blueprint(__name__)
admin = roles("admin")
SECRET = {"Cache-Control": "no-store"}


@routes.route("/webhook-endpoints", methods=["GET"])
@operation(allow=admin, query=PageQuery, responses={200: Page[EndpointView]}, problems=[CursorInvalid])
def list_endpoints(query: PageQuery, call: Call) -> Page[EndpointView]:
    """List the endpoints, newest first."""
    scope = ("webhook-endpoints", call.caller.id)
    rows = domain.list_endpoints(config.cursors.open(query.cursor, *scope), query.limit + 1)
    shown, following = page(rows, query.limit, lambda one: one.id, config.cursors, *scope)
    return Page(items=[present(one) for one in shown], next_cursor=following)


@routes.route("/webhook-endpoints", methods=["POST"])
@operation(allow=admin, request=CreateEndpoint, responses={201: EndpointWithSecret}, problems=[EndpointLimit])
def create_endpoint(body: CreateEndpoint) -> Reply[EndpointWithSecret]:
    """Register an endpoint; its secret is shown in this answer and never again."""
    made, secret = domain.create_endpoint(body.url, body.events, body.description, active=body.active)
    place = f"/webhook-endpoints/{made.id}"
    return Reply(201, present_with(secret, made), version=made.version, location=place, headers=SECRET)


@routes.route("/webhook-endpoints/{endpoint_id}", methods=["GET"])
@operation(allow=admin, responses={200: EndpointView}, problems=[NotFound])
def find_endpoint(endpoint_id: str) -> Reply[EndpointView]:
    """Show an endpoint."""
    found = domain.find_endpoint(endpoint_id)
    return Reply(200, present(found), version=found.version)


@routes.route("/webhook-endpoints/{endpoint_id}", methods=["PATCH"])
@operation(allow=admin, request=ChangeEndpoint, responses={200: EndpointView}, problems=[NotFound], if_match=True)
def change_endpoint(endpoint_id: str, body: ChangeEndpoint, call: Call) -> Reply[EndpointView]:
    """Change where an endpoint is and what it hears of, or switch it off; what waits then goes out once it is on."""
    changes = {name: value for name, value in asdict(body).items() if value is not UNSET}
    changed = domain.change_endpoint(endpoint_id, changes, call.precondition)
    return Reply(200, present(changed), version=changed.version)


@routes.route("/webhook-endpoints/{endpoint_id}", methods=["DELETE"])
@operation(allow=admin, responses={204: None}, problems=[NotFound])
def delete_endpoint(endpoint_id: str, call: Call) -> None:
    """Remove an endpoint with all that waits for it."""
    domain.delete_endpoint(endpoint_id, call.precondition)


@routes.route("/webhook-endpoints/{endpoint_id}/rotate-secret", methods=["POST"])
@operation(allow=admin, responses={200: EndpointWithSecret}, problems=[NotFound, TooManySecrets])
def rotate_secret(endpoint_id: str, call: Call) -> Reply[EndpointWithSecret]:
    """Make another secret, shown in this answer only; the former one signs as well for 24 hours."""
    changed, secret = domain.rotate_secret(endpoint_id, call.precondition)
    return Reply(200, present_with(secret, changed), version=changed.version, headers=SECRET)


@routes.route("/webhook-endpoints/{endpoint_id}/deliveries", methods=["GET"])
@operation(allow=admin, query=ListDeliveries, responses={200: Page[DeliveryView]}, problems=[NotFound, CursorInvalid])
def list_deliveries(endpoint_id: str, query: ListDeliveries, call: Call) -> Page[DeliveryView]:
    """List what was sent to an endpoint in the last 30 days, newest first."""
    status = query.status or None
    scope = ("webhook-deliveries", call.caller.id, endpoint_id, str(status))
    position = config.cursors.open(query.cursor, *scope)
    rows = domain.list_deliveries(endpoint_id, status, position, query.limit + 1)
    shown, following = page(rows, query.limit, lambda one: one.id, config.cursors, *scope)
    return Page(items=[present_delivery(one) for one in shown], next_cursor=following)


@routes.route("/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/redeliver", methods=["POST"])
@operation(allow=admin, responses={202: DeliveryView}, problems=[NotFound, EndpointInactive])
def redeliver(endpoint_id: str, delivery_id: str) -> Reply[DeliveryView]:
    """Send an event once more, with the same id, whatever came of it before."""
    return Reply(202, present_delivery(domain.redeliver(endpoint_id, delivery_id)))
