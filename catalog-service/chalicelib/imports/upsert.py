"""Entries brought into the shop: a new slug is a new product, one that exists is changed where it differs.

What is done is done by products' own functions, each all or nothing; an entry that is brought in a second time differs
in nothing any more. So a batch that was cut off is simply done again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.categories import domain as categories
from chalicelib.errors import SkuTaken, SlugTaken
from chalicelib.imports.entries import Entry, Mistake
from chalicelib.portable import Body, Overlay, as_body, overlay
from chalicelib.products import domain as products
from chalicelib.products import editing, making
from chalicelib.products.domain import Product
from chalicelib.products.schemas import ChangeProduct, CreateProduct
from common import logs, validation
from common.problems import FieldError, Problem, Unavailable, ValidationFailed, VersionMismatch
from common.tables import is_unavailable
from common.versions import Precondition

_ROUNDS = 4
_log = logs.logger(__name__)

Errors = list[FieldError]
Pictures = Callable[[str, Sequence[str]], Errors]  # of a product's id and names of files


@dataclass
class Plan:
    """What an entry is to do to the product that its slug belongs to, or to none."""

    entry: Entry
    named: Body
    seen: Product | None
    laid: Overlay
    wanted: CreateProduct

    @property
    def units(self) -> dict[str, int]:
        return {variant.sku: variant.stock for variant in self.wanted.variants}


class Upsert:
    """For one batch: categories are read once."""

    def __init__(self, pictures: Pictures | None, beat: Callable[[], None]) -> None:
        self._pictures = pictures
        self._beat = beat
        self._categories = {one.slug: one.id for one in categories.read_tree().values()}

    def __call__(self, batch: Sequence[Entry]) -> list[list[Mistake]]:
        """What is wrong with each entry; nothing for one that is now in the shop."""
        slugs = [entry.slug for entry in batch if entry.slug and not entry.errors]
        found = making.find_by_slugs(slugs)
        outcomes: dict[int, Errors] = {}
        plans: dict[int, Plan] = {}
        for place, entry in enumerate(batch):
            try:
                plans[place] = self._plan(entry, found.get(entry.slug or ""))
            except ValidationFailed as failed:
                outcomes[place] = errors_of(failed)
        outcomes |= self._carry_out(plans)
        return [entry.mistakes(outcomes[place]) for place, entry in enumerate(batch)]

    def _carry_out(self, plans: Mapping[int, Plan]) -> dict[int, Errors]:
        """New products together, then the others one by one."""
        new = [place for place, plan in plans.items() if plan.seen is None]
        made = dict(zip(new, making.create_many([plans[place].wanted for place in new]), strict=True))
        self._beat()
        return {place: self._settled(plan, made.get(place)) for place, plan in plans.items()}

    def _settled(self, plan: Plan, made: making.Made | None) -> Errors:
        """Errors of one entry; one that nobody foresaw costs only this entry."""
        self._beat()
        try:
            product = self._product(plan, made)
            return self._add_pictures(plan, product)
        except Unavailable:
            raise
        except Problem as problem:
            return _mapped(errors_of(problem, plan.wanted), plan)
        except Exception as error:
            if is_unavailable(error):
                raise
            _log.error("import_entry_failed", exc_info=error, extra={"line": plan.entry.line})
            return [FieldError("", "internal_error", "Something went wrong here. It has been logged.")]

    def _product(self, plan: Plan, made: making.Made | None) -> Product:
        """Made or changed; whoever took the slug meanwhile is changed, and an editor's change is built upon."""
        for _ in range(_ROUNDS):
            if isinstance(made, Product):
                return made
            if made is not None and not isinstance(made, SlugTaken):
                raise made
            try:
                if plan.seen is not None:
                    return self._changed(plan, plan.seen)
            except VersionMismatch:
                pass  # archived, or given another slug
            found = making.find_by_slugs([plan.wanted.slug]).get(plan.wanted.slug)
            fresh = self._plan(plan.entry, found)
            plan.seen, plan.laid, plan.wanted = fresh.seen, fresh.laid, fresh.wanted
            made = None if found else making.create_many([plan.wanted])[0]
        raise SlugTaken

    def _changed(self, plan: Plan, seen: Product) -> Product:
        """Written only where it differs; the change is made anew from whatever is stored by then."""
        if not any(plan.laid.differing()):
            return seen

        def change(now: Product) -> Product:
            if now.slug != seen.slug or not now.live:
                raise VersionMismatch
            laid = overlay(as_body(now), plan.named)
            wanted = validation.convert(laid.body, CreateProduct)
            changes = {name: getattr(wanted, name) for name in laid.differing()}
            return editing.changed(now, ChangeProduct(**changes))

        return products.edit(seen.id, change, Precondition(), units=plan.units)

    def _plan(self, entry: Entry, seen: Product | None) -> Plan:
        named = {name: value for name, value in entry.body.items() if name not in ("category_slugs", "images")}
        errors = [*entry.errors, *self._images_wrong(entry)]
        if "category_slugs" in entry.body:
            named["category_ids"], wrong = self._ids(entry.body["category_slugs"])
            errors += wrong
        laid = overlay(as_body(seen) if seen else {}, named)
        try:
            wanted = validation.convert(laid.body, CreateProduct) if entry.body else None
        except ValidationFailed as failed:
            wanted = None
            errors += [_renamed(error, laid) for error in errors_of(failed)]
        if errors or wanted is None:
            raise ValidationFailed(errors)
        return Plan(entry, named, seen, laid, wanted)

    def _ids(self, slugs: Any) -> tuple[list[str], Errors]:
        if not isinstance(slugs, list) or not all(isinstance(slug, str) for slug in slugs):
            return [], [FieldError("category_slugs", "wrong_type", "Expected a list of slugs.")]
        message = "There is no such category."
        unknown = [place for place, slug in enumerate(slugs) if slug not in self._categories]
        wrong = [FieldError(f"category_slugs[{place}]", "invalid_value", message) for place in unknown]
        return [self._categories[slug] for slug in slugs if slug in self._categories], wrong

    def _images_wrong(self, entry: Entry) -> Errors:
        names = entry.body.get("images", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return [FieldError("images", "wrong_type", "Expected a list of names of files.")]
        if names and self._pictures is None:
            return [FieldError("images", "invalid_value", "Pictures come in an archive: format zip.")]
        return []

    def _add_pictures(self, plan: Plan, product: Product) -> Errors:
        names = plan.entry.body.get("images", [])
        return self._pictures(product.id, names) if names and self._pictures else []


def errors_of(problem: Problem, wanted: CreateProduct | None = None) -> Errors:
    """A problem as errors of fields."""
    if isinstance(problem, ValidationFailed):
        found: Any = problem.members["errors"]
        return list(found)
    if isinstance(problem, SkuTaken) and wanted:
        taken: Any = problem.members.get("skus", [])
        places = [place for place, variant in enumerate(wanted.variants) if variant.sku in taken]
        return [FieldError(f"variants[{place}].sku", problem.code, str(problem)) for place in places]
    return [FieldError("slug" if isinstance(problem, SlugTaken) else "", problem.code, str(problem))]


def _mapped(errors: Errors, plan: Plan) -> Errors:
    return [_renamed(error, plan.laid) for error in errors]


def _renamed(error: FieldError, laid: Overlay) -> FieldError:
    """In the words of the file: its own number of a variant, a price by its currency."""
    found = re.match(r"variants\[(\d+)\](.*)", error.field, re.DOTALL)
    if not found or int(found[1]) >= len(laid.origin):
        return error
    place, rest = int(found[1]), found[2]
    if price := re.match(r"\.prices\[(\d+)\](.*)", rest):
        rest = _price_renamed(rest, laid.body["variants"][place]["prices"][int(price[1])], price[2])
    named = laid.origin[place]
    return FieldError(f"variants[{place if named is None else named}]{rest}", error.code, error.message)


def _price_renamed(rest: str, price: Any, field: str) -> str:
    """In CSV the currency is part of the column's name; JSON lines keep the number, which is their own."""
    money = price.get("price") if isinstance(price, dict) else None
    code = money.get("currency") if isinstance(money, dict) else None
    return f".prices.{code}{field}" if code else rest
