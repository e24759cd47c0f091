"""Request and response types of categories."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from common.schemas import Body, Id, Locale, Query, Slug, Text

Position = Annotated[int, Meta(ge=0, le=1_000_000)]


class TranslatedName(Body):
    name: Text


Translations = Annotated[
    dict[Locale, TranslatedName], Meta(max_length=20, description="By language tag; readers ask with ?locale=")
]


class ListCategories(Query):
    locale: Locale | UnsetType = UNSET


class CreateCategory(Body):
    slug: Slug
    name: Text
    parent_id: Id | None = None
    position: Position = 0
    translations: Translations = {}


class ChangeCategory(Body):
    """`translations`, if given, replaces them all."""

    slug: Slug | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    parent_id: Id | UnsetType | None = UNSET
    position: Position | UnsetType = UNSET
    translations: Translations | UnsetType = UNSET


class NameView(Struct):
    name: str


class CategoryView(Struct, kw_only=True):
    """`translations` are there for staff."""

    id: str
    slug: str
    name: str
    parent_id: str | None
    position: int
    product_count: int
    version: int
    translations: dict[str, NameView] | UnsetType = UNSET


class Categories(Struct):
    items: list[CategoryView]
