"""Request and response types of categories."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from common.schemas import Body, Id, Slug, Text

Position = Annotated[int, Meta(ge=0, le=1_000_000)]


class CreateCategory(Body):
    slug: Slug
    name: Text
    parent_id: Id | None = None
    position: Position = 0


class ChangeCategory(Body):
    slug: Slug | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    parent_id: Id | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET


class CategoryView(Struct, kw_only=True):
    id: str
    slug: str
    name: str
    parent_id: str | None
    position: int
    product_count: int
    version: int


class Categories(Struct):
    items: list[CategoryView]
