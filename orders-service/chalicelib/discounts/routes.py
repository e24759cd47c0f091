"""HTTP in and out for discount codes, which only staff see."""

from chalice import Blueprint

from chalicelib import config
from chalicelib.discounts import domain
from chalicelib.discounts.asked import Asked
from chalicelib.discounts.discount import Discount, normal
from chalicelib.discounts.schemas import ChangeDiscount, CreateDiscount, DiscountView, given, present
from chalicelib.errors import CodeTaken
from common.auth import roles
from common.http import Call, Reply, operation
from common.pagination import page
from common.problems import CursorInvalid, NotFound, VersionMismatch
from common.schemas import Page, PageQuery

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/discounts", methods=["GET"])
@operation(allow=staff, query=PageQuery, responses={200: Page[DiscountView]}, problems=[CursorInvalid])
def list_discounts(query: PageQuery, call: Call) -> Page[DiscountView]:
    """List all discount codes in their order."""
    scope = ("discounts", call.caller.id)
    rows = domain.list_discounts(config.cursors.open(query.cursor, *scope), query.limit + 1)
    shown, following = page(rows, query.limit, lambda one: normal(one.code), config.cursors, *scope)
    return Page(items=[present(one, one.limited_uses) for one in shown], next_cursor=following)


@routes.route("/discounts", methods=["POST"])
@operation(allow=staff, request=CreateDiscount, responses={201: DiscountView}, problems=[CodeTaken])
def create_discount(body: CreateDiscount) -> Reply[DiscountView]:
    """Make a discount code."""
    made = domain.create_discount(body.code, Asked(**given(body)))
    return Reply(201, present(made, 0), version=made.version, location=f"/discounts/{made.code}")


@routes.route("/discounts/{code}", methods=["GET"])
@operation(allow=staff, responses={200: DiscountView}, problems=[NotFound])
def find_discount(code: str) -> Reply[DiscountView]:
    """Show a discount and how often it was used."""
    return _reply(200, *domain.find_discount(code))


@routes.route("/discounts/{code}", methods=["PATCH"])
@operation(allow=staff, request=ChangeDiscount, responses={200: DiscountView}, problems=[NotFound], if_match=True)
def change_discount(code: str, body: ChangeDiscount, call: Call) -> Reply[DiscountView]:
    """Change a discount. A maximum below what was used already means that it is used up."""
    return _reply(200, *domain.change_discount(code, given(body), call.precondition))


@routes.route("/discounts/{code}", methods=["DELETE"])
@operation(allow=staff, responses={204: None}, problems=[NotFound, VersionMismatch])
def delete_discount(code: str, call: Call) -> Reply[None]:
    """Delete a discount code; orders that have used it keep their discount."""
    domain.delete_discount(code, call.precondition)
    return Reply(204)


def _reply(status: int, discount: Discount, uses: int) -> Reply[DiscountView]:
    """Uses change no version, but what is shown: so they are in the ETag."""
    return Reply(status, present(discount, uses), version=discount.version, variant=str(uses or ""))
