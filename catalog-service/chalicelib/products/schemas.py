"""Request and response types of products and variants."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.products.cards import Sort
from chalicelib.products.models import Option, Status
from chalicelib.reviews.schemas import RatingView
from common.schemas import Body, Code, Currency, Id, Locale, MinorUnits, Money, PageQuery, Query, Slug, Text

Description = Annotated[str, Meta(max_length=10_000)]
Grams = Annotated[int, Meta(ge=0, le=10_000_000)]
Units = Annotated[int, Meta(ge=0, le=1_000_000_000)]
OptionName = Annotated[str, Meta(min_length=1, max_length=40)]
OptionValue = Annotated[str, Meta(min_length=1, max_length=60)]
Options = Annotated[dict[OptionName, OptionValue], Meta(max_length=5)]
CategoryIds = Annotated[list[Id], Meta(max_length=10)]


class DeclaredOption(Body):
    name: OptionName
    values: Annotated[list[OptionValue], Meta(max_length=100)] = []


class FurtherPrice(Body):
    """What a variant costs in another currency than the product's own."""

    price: Money
    compare_at_price: Money | None = None


FurtherPrices = Annotated[list[FurtherPrice], Meta(max_length=10)]


class Translated(Body):
    name: Text
    description: Description = ""


Translations = Annotated[
    dict[Locale, Translated], Meta(max_length=20, description="By language tag; readers ask with ?locale=")
]


class NewVariant(Body):
    sku: Code
    price: Money
    options: Options = {}
    compare_at_price: Money | None = None
    weight_g: Grams = 0
    stock: Units = 0
    prices: FurtherPrices = []


class ChangeVariant(Body):
    """`prices`, if given, replaces them all."""

    price: Money | UnsetType = UNSET
    options: Options | UnsetType = UNSET
    compare_at_price: Money | UnsetType | None = UNSET
    weight_g: Grams | UnsetType = UNSET
    prices: FurtherPrices | UnsetType = UNSET


DeclaredOptions = Annotated[list[DeclaredOption], Meta(max_length=5)]
NewVariants = Annotated[list[NewVariant], Meta(max_length=100)]


class CreateProduct(Body):
    slug: Slug
    name: Text
    description: Description = ""
    status: Literal["draft", "active"] = "draft"
    category_ids: CategoryIds = []
    options: DeclaredOptions = []
    variants: NewVariants = []
    translations: Translations = {}


class ChangeProduct(Body):
    """`variants` and `translations`, if given, replace them all; `stock` counts for new SKUs only."""

    slug: Slug | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    category_ids: CategoryIds | UnsetType = UNSET
    options: DeclaredOptions | UnsetType = UNSET
    variants: NewVariants | UnsetType = UNSET
    translations: Translations | UnsetType = UNSET


class Reader(Query):
    """In which currency and language somebody reads; the shop's own currency and the plain names if not told."""

    currency: Currency | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET


class ListProducts(PageQuery):
    """With `q` or a price it is a search: the best first, or all that the other filters leave, the newest first."""

    category: Annotated[str, Meta(max_length=100)] = ""
    sort: Sort | UnsetType = UNSET
    status: Literal["draft", "active", "archived", "all"] | UnsetType = UNSET
    q: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    min_price: MinorUnits | UnsetType = UNSET
    max_price: MinorUnits | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET

    @property
    def searches(self) -> bool:
        return not (self.q is UNSET and self.min_price is UNSET and self.max_price is UNSET)


class LookUpVariants(Reader, kw_only=True):
    sku: Annotated[list[str], Meta(min_length=1, max_length=100)]


class CardView(Struct, kw_only=True):
    """`picture_url`: the next larger rendition of the thumbnail's picture; null where there is none."""

    id: str
    slug: str
    name: str
    status: Status
    price: Money | None
    compare_at_price: Money | None
    available: bool
    thumb_url: str | None
    picture_url: str | None


class CategoryCount(Struct):
    id: str
    slug: str
    name: str
    count: int


class PriceCount(Struct):
    """Matches that cost `min_price` or more and less than `max_price`, null for no end."""

    min_price: Money
    max_price: Money | None
    count: int


class FacetsView(Struct):
    """How many match, whatever category was asked for in `categories`, and whatever price in `prices`."""

    categories: list[CategoryCount]
    prices: list[PriceCount]


class ProductList(Struct, kw_only=True):
    """`facets` are there for a search."""

    items: list[CardView]
    next_cursor: str | None
    facets: FacetsView | UnsetType = UNSET


class ProductCategory(Struct):
    id: str
    slug: str
    name: str


class FurtherPriceView(Struct):
    price: Money
    compare_at_price: Money | None


class VariantView(Struct, kw_only=True):
    """`prices`, in all further currencies, are there for staff."""

    sku: str
    options: dict[str, str]
    price: Money
    compare_at_price: Money | None
    weight_g: int
    available: int
    prices: list[FurtherPriceView] | UnsetType = UNSET


class RenditionView(Struct):
    """A WebP of so many pixels, without metadata."""

    width: int
    height: int
    url: str


class ImageView(Struct, kw_only=True):
    """Addresses are there once the picture is `ready`; `url` is the largest rendition, `width` and `height` are those
    of the picture that was uploaded."""

    id: str
    status: Literal["processing", "ready"]
    url: str | None
    thumb_url: str | None
    width: int
    height: int
    alt: str
    renditions: list[RenditionView]


class TranslationView(Struct):
    name: str
    description: str


class ProductView(Struct, kw_only=True):
    """`translations` are there for staff."""

    id: str
    slug: str
    name: str
    description: str
    status: Status
    categories: list[ProductCategory]
    options: list[Option]
    variants: list[VariantView]
    images: list[ImageView]
    rating: RatingView
    version: int
    created_at: str
    updated_at: str
    translations: dict[str, TranslationView] | UnsetType = UNSET


class FoundVariant(Struct, kw_only=True):
    sku: str
    product_id: str
    name: str
    options: dict[str, str]
    price: Money
    weight_g: int
    available: int
    thumb_url: str | None


class FoundVariants(Struct):
    items: list[FoundVariant]
    missing: list[str]
