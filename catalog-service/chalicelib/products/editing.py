"""Products as values: made from what staff sent, changed, and checked as a whole. Nothing here writes."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from chalicelib.categories import domain as categories
from chalicelib.products.models import Option, Price, Product, Status, Translation, Variant
from chalicelib.products.schemas import (
    ChangeProduct,
    ChangeVariant,
    CreateProduct,
    DeclaredOption,
    FurtherPrice,
    NewVariant,
    Translated,
)
from common import locales
from common.problems import FieldError, ValidationFailed, invalid

MAX_VARIANTS = 100
MAX_SHELVES = 20  # so that a move from all of them to others still is one transaction
MAX_CURRENCIES = 10  # beside the product's own; a card in each of them stands on each shelf
_MAX_BYTES = 350_000  # an item may have 400 KB


def made(new: CreateProduct, product_id: str, now: int, *, in_stock: bool) -> Product:
    variants = _variants(new.variants)
    return checked(
        Product(
            id=product_id,
            slug=new.slug,
            name=new.name,
            description=new.description,
            status=new.status,
            category_ids=_unique(new.category_ids),
            shelves=_shelves(new.category_ids),
            options=_options(_declared(new.options), variants),
            variants=variants,
            images=[],
            in_stock=in_stock,
            version=1,
            revision=0,
            created_at=now,
            updated_at=now,
            translations=_translations(new.translations),
        )
    )


def changed(seen: Product, changes: ChangeProduct) -> Product:
    plain = {name: getattr(changes, name) for name in ("slug", "name", "description")}
    after = replace(seen, **{name: value for name, value in plain.items() if value is not UNSET})
    if changes.options is not UNSET:
        after = replace(after, options=_options(_declared(changes.options), after.variants))
    if changes.variants is not UNSET:
        after = with_variants(after, _variants(changes.variants))
    if changes.translations is not UNSET:
        after = replace(after, translations=_translations(changes.translations))
    status = seen.status if changes.status is UNSET else changes.status
    if changes.category_ids is not UNSET:
        after = replace(after, category_ids=_unique(changes.category_ids))
        after = replace(after, shelves=_shelves(after.category_ids) if status != "archived" else [])
    return with_status(after, status)


def with_status(product: Product, status: Status) -> Product:
    """An archived product stands on no shelf, so that its categories can be removed; it finds those left again."""
    if status == product.status:
        return product
    if status == "archived":
        return replace(product, status=status, shelves=[])
    if product.live:
        return replace(product, status=status)
    left = [one for one in product.category_ids if one in categories.read_tree()]
    return replace(product, status=status, category_ids=left, shelves=_shelves(left))


def with_variants(product: Product, variants: Sequence[Variant]) -> Product:
    return replace(product, variants=list(variants), options=_options(product.options, variants))


def _variants(new: Sequence[NewVariant]) -> list[Variant]:
    return [variant(one, f"variants[{place}].") for place, one in enumerate(new)]


def variant(new: NewVariant, at: str = "") -> Variant:
    """`at` is where it stands in the body, for what is said of its prices."""
    return Variant(
        sku=new.sku,
        options=new.options,
        price=new.price,
        compare_at_price=new.compare_at_price,
        weight_g=new.weight_g,
        prices=_by_currency(new.prices, at),
    )


def changed_variant(seen: Variant, changes: ChangeVariant) -> Variant:
    named = {name: getattr(changes, name) for name in changes.__struct_fields__}
    given = {name: value for name, value in named.items() if value is not UNSET}
    if changes.prices is not UNSET:
        given["prices"] = _by_currency(changes.prices, "")
    return replace(seen, **given)


def _by_currency(prices: Sequence[FurtherPrice], at: str) -> dict[str, Price]:
    """Each currency once, and what a price is compared with in the same; else ValidationFailed."""
    found: dict[str, Price] = {}
    errors: list[FieldError] = []
    for place, one in enumerate(prices):
        here, currency, before = f"{at}prices[{place}]", one.price.currency, one.compare_at_price
        if currency in found:
            errors.append(FieldError(f"{here}.price.currency", "invalid_value", "This currency is named twice."))
        if before and before.currency != currency:
            message = "It is compared with a price in the same currency."
            errors.append(FieldError(f"{here}.compare_at_price.currency", "invalid_value", message))
        found[currency] = Price(one.price.amount, before.amount if before else None)
    if errors:
        raise ValidationFailed(errors)
    return found


def _translations(given: Mapping[str, Translated]) -> dict[str, Translation]:
    """By normalised language tag; two ways to write one tag are one too many."""
    found = {locales.normalised(tag): Translation(one.name, one.description) for tag, one in given.items()}
    if len(found) < len(given):
        raise invalid("translations", "A language is named twice.")
    return found


def checked(product: Product) -> Product:
    """The product, or ValidationFailed with everything that only shows in the whole."""
    errors = [*_repeated(product.variants), *_mixed(product.variants), *_own_again(product.variants)]
    if len(product.variants) > MAX_VARIANTS:
        errors.append(FieldError("variants", "limit_reached", f"At most {MAX_VARIANTS} variants."))
    if len(product.shelves) > MAX_SHELVES:
        message = f"At most {MAX_SHELVES} categories, with those above them."
        errors.append(FieldError("category_ids", "limit_reached", message))
    if len({code for one in product.variants for code in one.prices}) > MAX_CURRENCIES:
        message = f"At most {MAX_CURRENCIES} currencies beside the product's own."
        errors.append(FieldError("variants", "limit_reached", message))
    if len(msgspec.json.encode(product)) > _MAX_BYTES:
        errors.append(FieldError("variants", "limit_reached", "The product as a whole has become too large."))
    if errors:
        raise ValidationFailed(errors)
    return product


def _repeated(variants: Sequence[Variant]) -> Iterable[FieldError]:
    seen: set[str] = set()
    for place, one in enumerate(variants):
        if one.sku in seen:
            yield FieldError(f"variants[{place}].sku", "invalid_value", "This SKU is named twice.")
        seen.add(one.sku)


def _mixed(variants: Sequence[Variant]) -> Iterable[FieldError]:
    """Cards show the lowest price: prices of one product must be comparable."""
    for place, one in enumerate(variants):
        for name, price in (("price", one.price), ("compare_at_price", one.compare_at_price)):
            if price and price.currency != variants[0].price.currency:
                message = "All prices of a product are in one currency."
                yield FieldError(f"variants[{place}].{name}.currency", "invalid_value", message)


def _own_again(variants: Sequence[Variant]) -> Iterable[FieldError]:
    for place, one in enumerate(variants):
        if one.price.currency in one.prices:
            message = "This is the product's own currency, which `price` is in."
            yield FieldError(f"variants[{place}].prices", "invalid_value", message)


def _shelves(category_ids: Iterable[str]) -> list[str]:
    if not category_ids:
        return []
    tree = categories.read_tree()
    for place, one in enumerate(category_ids):
        if one not in tree:
            raise invalid(f"category_ids[{place}]", "There is no such category.")
    return categories.shelves(category_ids, tree)


def _declared(options: Iterable[DeclaredOption]) -> list[Option]:
    return [Option(one.name, one.values) for one in options]


def _options(declared: Iterable[Option], variants: Iterable[Variant]) -> list[Option]:
    """What was declared, in its order, and what the variants use beyond that."""
    values = {one.name: dict.fromkeys(one.values) for one in declared}
    for one in variants:
        for name, value in one.options.items():
            values.setdefault(name, {})[value] = None
    return [Option(name, list(used)) for name, used in values.items()]


def _unique(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))
