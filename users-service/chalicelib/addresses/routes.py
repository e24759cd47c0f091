"""HTTP in, HTTP out for addresses."""

from chalice import Blueprint

from chalicelib.addresses import domain
from chalicelib.addresses.domain import Entry
from chalicelib.addresses.schemas import AddressView, SetAddress, present
from common.auth import roles
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, NotFound, ValidationFailed, VersionMismatch
from common.schemas import Page, PageQuery

routes = Blueprint(__name__)
account_holders = roles("customer", "staff", "admin")
_PATH = "/users/me/addresses"


@routes.route(_PATH, methods=["GET"])
@operation(
    allow=account_holders, query=PageQuery, responses={200: Page[AddressView]}, problems=[NotFound, CursorInvalid]
)
def list_addresses(query: PageQuery, call: Call) -> Page[AddressView]:
    """List the own addresses, newest first."""
    found, cursor = domain.list_addresses(call.caller.id, query.limit, query.cursor)
    return Page(items=[present(one) for one in found], next_cursor=cursor)


@routes.route(_PATH, methods=["POST"])
@operation(
    allow=account_holders,
    request=SetAddress,
    responses={201: AddressView},
    problems=[NotFound, ValidationFailed],
    live=True,
)
def add_address(body: SetAddress, call: Call) -> Reply[AddressView]:
    """Add an address, up to fifty; the first one is the default in any case."""
    added = domain.add_address(call.caller.id, body.values(), body.is_default)
    return _reply(201, added, location=f"{_PATH}/{added.address.id}")


@routes.route(_PATH + "/{address_id}", methods=["GET"])
@operation(allow=account_holders, responses={200: AddressView, 304: None}, problems=[NotFound])
def find_address(address_id: str, call: Call) -> Reply[AddressView]:
    """Show one of the own addresses."""
    return _reply(200, domain.find_address(call.caller.id, address_id))


@routes.route(_PATH + "/{address_id}", methods=["PUT"])
@operation(
    allow=account_holders,
    request=SetAddress,
    responses={200: AddressView},
    problems=[NotFound, VersionMismatch],
    live=True,
)
def change_address(address_id: str, body: SetAddress, call: Call) -> Reply[AddressView]:
    """Replace one of the own addresses, or make it the default."""
    return _reply(
        200, domain.change_address(call.caller.id, address_id, body.values(), body.is_default, call.precondition)
    )


@routes.route(_PATH + "/{address_id}", methods=["DELETE"])
@operation(allow=account_holders, responses={204: None}, problems=[NotFound, VersionMismatch], live=True)
def remove_address(address_id: str, call: Call) -> None:
    """Remove one of the own addresses; without the default one the newest that is left is the default."""
    domain.remove_address(call.caller.id, address_id, call.precondition)


def _reply(status: int, entry: Entry, location: str | None = None) -> Reply[AddressView]:
    return Reply(status, present(entry), version=entry.address.version, location=location)
