"""HTTP in and out for reservations: for orders-service only, never from outside."""

from chalice import Blueprint

from chalicelib.errors import (
    CurrencyMismatch,
    OutOfStock,
    ReservationClosed,
    ReservationCommitted,
    ReservationExpired,
    ReservationMismatch,
    ReservationNotCommitted,
    ReturnExceeds,
)
from chalicelib.reservations import domain, holding
from chalicelib.reservations.models import Line, Reservation
from chalicelib.reservations.schemas import (
    ReservationView,
    Reserve,
    ReservedItem,
    ReturnedItem,
    ReturnItems,
    ReturnView,
    summed,
)
from chalicelib.storage import picture_url
from common import clock
from common.auth import services
from common.http import Reply, operation
from common.problems import NotFound

routes = Blueprint(__name__)
orders = services("orders")


@routes.route("/reservations/{reservation_id}", methods=["PUT"])
@operation(
    allow=orders,
    request=Reserve,
    responses={201: ReservationView, 200: ReservationView},
    problems=[OutOfStock, CurrencyMismatch, ReservationMismatch, ReservationClosed],
)
def reserve(reservation_id: str, body: Reserve) -> Reply[ReservationView]:
    """Hold stock for an order, all lines or none; the same again extends the hold."""
    reservation, made = holding.reserve(reservation_id, summed(body.items), body.ttl_seconds, body.currency)
    return Reply(201 if made else 200, present(reservation))


@routes.route("/reservations/{reservation_id}", methods=["GET"])
@operation(allow=orders, responses={200: ReservationView}, problems=[NotFound])
def find_reservation(reservation_id: str) -> ReservationView:
    """Tell what is held, and its state."""
    return present(domain.find_reservation(reservation_id))


@routes.route("/reservations/{reservation_id}/commit", methods=["POST"])
@operation(allow=orders, responses={200: ReservationView}, problems=[NotFound, ReservationExpired, ReservationClosed])
def commit_reservation(reservation_id: str) -> ReservationView:
    """Sell what is held."""
    return present(domain.commit_reservation(reservation_id))


@routes.route("/reservations/{reservation_id}", methods=["DELETE"])
@operation(allow=orders, responses={204: None}, problems=[ReservationCommitted])
def release_reservation(reservation_id: str) -> None:
    """Give back what is held, also before it was ever made."""
    domain.release_reservation(reservation_id)


@routes.route("/reservations/{reservation_id}/return", methods=["POST"])
@operation(
    allow=orders,
    request=ReturnItems,
    responses={200: ReservationView},
    problems=[NotFound, ReservationNotCommitted, ReservationMismatch, ReturnExceeds],
)
def return_items(reservation_id: str, body: ReturnItems) -> ReservationView:
    """Restock sold items that came back, once for each return_id."""
    return present(domain.return_items(reservation_id, body.return_id, summed(body.items)))


def present(reservation: Reservation) -> ReservationView:
    until = reservation.held_until
    return ReservationView(
        id=reservation.id,
        state=domain.state_of(reservation),
        expires_at=clock.rfc3339(until) if until else None,
        items=[_present_line(line) for line in reservation.lines],
        returns=[_present_return(return_id, back) for return_id, back in reservation.returns.items()],
    )


def _present_return(return_id: str, back: dict[str, int]) -> ReturnView:
    return ReturnView(return_id=return_id, items=[ReturnedItem(sku, quantity) for sku, quantity in back.items()])


def _present_line(line: Line) -> ReservedItem:
    return ReservedItem(
        sku=line.sku,
        product_id=line.product_id,
        name=line.name,
        quantity=line.quantity,
        unit_price=line.price,
        weight_g=line.weight_g,
        thumb_url=picture_url(line.thumb),
    )
