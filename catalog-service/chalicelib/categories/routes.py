"""HTTP in and out for categories."""

from chalice import Blueprint
from msgspec import UNSET
from msgspec.structs import asdict

from chalicelib.categories import domain
from chalicelib.categories.models import Category
from chalicelib.categories.schemas import Categories, CategoryView, ChangeCategory, CreateCategory
from chalicelib.errors import CategoryNotEmpty, SlugTaken
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import NotFound

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/categories", methods=["GET"])
@operation(allow=public, responses={200: Categories})
def list_categories() -> Categories:
    """Every category, flat; parent_id makes the tree."""
    return Categories([present(one) for one in domain.list_categories()])


@routes.route("/categories", methods=["POST"])
@operation(allow=staff, request=CreateCategory, responses={201: CategoryView}, problems=[SlugTaken])
def create_category(body: CreateCategory) -> Reply[CategoryView]:
    """Add a category, at the top or below another."""
    made = domain.create_category(body.slug, body.name, body.parent_id, body.position)
    return Reply(201, present(made), version=made.version, location=f"/categories/{made.id}")


@routes.route("/categories/{category_id}", methods=["PATCH"])
@operation(
    allow=staff,
    request=ChangeCategory,
    responses={200: CategoryView},
    problems=[NotFound, SlugTaken, CategoryNotEmpty],
    if_match=True,
)
def change_category(category_id: str, body: ChangeCategory, call: Call) -> Reply[CategoryView]:
    """Rename or move a category; only one without products can be moved."""
    changes = {name: value for name, value in asdict(body).items() if value is not UNSET}
    changed = domain.change_category(category_id, changes, call.precondition)
    return Reply(200, present(changed), version=changed.version)


@routes.route("/categories/{category_id}", methods=["DELETE"])
@operation(allow=staff, responses={204: None}, problems=[NotFound, CategoryNotEmpty])
def delete_category(category_id: str, call: Call) -> None:
    """Remove a category in which there is nothing."""
    domain.delete_category(category_id, call.precondition)


def present(category: Category) -> CategoryView:
    return CategoryView(
        id=category.id,
        slug=category.slug,
        name=category.name,
        parent_id=category.parent_id,
        position=category.position,
        product_count=category.product_count,
        version=category.version,
    )
