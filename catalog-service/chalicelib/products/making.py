"""Many products found by slug, and many made: a batch read and a transaction for as many as these have room for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from chalicelib.categories import domain as categories
from chalicelib.products import domain, editing, parts
from chalicelib.products.models import Product, Slug
from chalicelib.products.schemas import CreateProduct
from chalicelib.table import batch_get
from common import clock
from common.ids import new_id
from common.problems import Problem, Unavailable
from common.tables import Refused, Transaction

_ROOM = 100  # items of a transaction, categories' counts among them
_MOST_BYTES = 1_000_000  # of a transaction's products; 4 MB with everything that follows from them

Made = Product | Problem
Tree = Mapping[str, categories.Category]


def find_by_slugs(slugs: Sequence[str]) -> dict[str, Product]:
    """The products that own these slugs now, as they are now."""
    rows = batch_get([(Slug, f"SLUG#{slug}", "SLUG") for slug in slugs], consistent=True)
    found = domain.stored_many([row.product_id for row in rows])
    return {product.slug: product for product in found if product.live}


def create_many(wanted: Sequence[CreateProduct]) -> list[Made]:
    """Each product with its slug and SKUs as create_product makes it, or why it can't be; in the order given.

    What is refused together is tried alone, so that one bad product costs the others nothing. Ids follow the order.
    """
    tree = categories.read_tree() if any(one.category_ids for one in wanted) else {}
    ids = sorted(new_id("prd") for _ in wanted)  # of one millisecond they have no order of their own
    outcomes: dict[int, Made] = {}
    drafts: dict[int, Product] = {}
    for place, new in enumerate(wanted):
        try:
            drafts[place] = _draft(new, ids[place], tree)
        except Unavailable:
            raise
        except Problem as problem:
            outcomes[place] = problem
    for places in _fitting(drafts):
        if len(places) > 1 and _together([(wanted[one], drafts[one]) for one in places], tree):
            outcomes |= {one: replace(drafts[one], revision=1) for one in places}
        else:
            outcomes |= {one: _alone(wanted[one]) for one in places}
    return [outcomes[place] for place in range(len(wanted))]


def _alone(new: CreateProduct) -> Made:
    try:
        return domain.create_product(new)
    except Unavailable:
        raise
    except Problem as problem:
        return problem


def _draft(new: CreateProduct, product_id: str, tree: Tree) -> Product:
    """As it will be stored; the tree is read once for all."""
    in_stock = any(variant.stock for variant in new.variants)
    made = editing.made(replace(new, category_ids=[]), product_id, int(clock.now()), in_stock=in_stock)
    known = list(dict.fromkeys(one for one in new.category_ids if one in tree))
    if len(known) < len(set(new.category_ids)):
        return editing.made(new, made.id, made.created_at, in_stock=in_stock)  # it finds out which there is not
    return editing.checked(replace(made, category_ids=known, shelves=categories.shelves(known, tree)))


def _fitting(drafts: Mapping[int, Product]) -> Iterator[list[int]]:
    """Places of products that fit into one transaction together, with the counts of their categories."""
    together: list[int] = []
    shelves: set[str] = set()
    items = size = 0
    for place, draft in drafts.items():
        more = len(parts.parts_of_new(draft, {}))
        weight = len(msgspec.json.encode(draft))
        counts = len(shelves.union(draft.shelves))
        if together and (items + more + counts > _ROOM or size + weight > _MOST_BYTES):
            yield together
            together, shelves, items, size = [], set(), 0, 0
        together.append(place)
        shelves |= {*draft.shelves}
        items, size = items + more, size + weight
    if together:
        yield together


def _together(group: Sequence[tuple[CreateProduct, Product]], tree: Tree) -> bool:
    """All or none; whether they were made. The transaction's token makes a repeat after a lost reply harmless."""
    transaction = Transaction()
    members: Counter[str] = Counter()
    active: Counter[str] = Counter()
    for new, draft in group:
        units = {variant.sku: variant.stock for variant in new.variants}
        for part in parts.parts_of_new(replace(draft, revision=1), units):
            part.add(transaction)
        members.update(draft.shelves)
        active.update(draft.shelves if draft.status == "active" else [])
    for shelf in sorted(members):
        categories.enter_many(transaction, tree[shelf], members=members[shelf], active=active[shelf])
    try:
        transaction.commit()
    except Refused:
        return False
    return True
