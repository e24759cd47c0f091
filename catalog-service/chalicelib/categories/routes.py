"""HTTP in and out for categories."""

from chalice import Blueprint
from msgspec import UNSET
from msgspec.structs import asdict

from chalicelib.categories import domain
from chalicelib.categories.models import Category
from chalicelib.categories.schemas import (
    Categories,
    CategoryView,
    ChangeCategory,
    CreateCategory,
    ListCategories,
    NameView,
)
from chalicelib.errors import CategoryNotEmpty, SlugTaken
from common import locales
from common.auth import public, roles
from common.http import Call, Reply, operation
from common.problems import NotFound

routes = Blueprint(__name__)
STAFF = ("staff", "admin")
staff = roles(*STAFF)


@routes.route("/categories", methods=["GET"])
@operation(allow=public, query=ListCategories, responses={200: Categories})
def list_categories(query: ListCategories, call: Call) -> Categories:
    """Every category, flat; parent_id makes the tree."""
    locale, shown_to_staff = query.locale or None, call.has_role(*STAFF)
    return Categories([present(one, locale, shown_to_staff) for one in domain.list_categories()])


@routes.route("/categories", methods=["POST"])
@operation(allow=staff, request=CreateCategory, responses={201: CategoryView}, problems=[SlugTaken])
def create_category(body: CreateCategory) -> Reply[CategoryView]:
    """Add a category, at the top or below another."""
    names = domain.names_of(body.translations)
    made = domain.create_category(body.slug, body.parent_id, name=body.name, names=names, position=body.position)
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
    if "translations" in changes:
        changes["names"] = domain.names_of(changes.pop("translations"))
    changed = domain.change_category(category_id, changes, call.precondition)
    return Reply(200, present(changed), version=changed.version)


@routes.route("/categories/{category_id}", methods=["DELETE"])
@operation(allow=staff, responses={204: None}, problems=[NotFound, CategoryNotEmpty])
def delete_category(category_id: str, call: Call) -> None:
    """Remove a category in which there is nothing."""
    domain.delete_category(category_id, call.precondition)


def present(category: Category, locale: str | None = None, shown_to_staff: bool = True) -> CategoryView:
    return CategoryView(
        id=category.id,
        slug=category.slug,
        name=locales.chosen(category.names, locale) or category.name,
        parent_id=category.parent_id,
        position=category.position,
        product_count=category.product_count,
        version=category.version,
        translations={tag: NameView(name) for tag, name in category.names.items()} if shown_to_staff else UNSET,
    )
