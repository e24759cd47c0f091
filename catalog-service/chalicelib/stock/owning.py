"""Who has a SKU: parts of the transactions in which products are made, changed, archived and brought back.

A SKU is nobody's, or its product's, or `freed` with its units while that is archived, or `claimed` for a change of a
product that is too large for one transaction: not for sale until it is described. Each part carries the condition
that the SKU still is whose it was, so that a repeat or a lost race changes nothing.
"""

from msgspec.structs import replace
from pynamodb.expressions.condition import Condition

from chalicelib.stock.models import UNEVEN, Sku
from chalicelib.stock.offers import Offer
from common.ids import new_id
from common.tables import Reason, Transaction

_FREED: Condition = Sku.freed == True  # noqa: E712 - a condition of DynamoDB's, not of Python's
_CLAIMED: Condition = Sku.claimed == True  # noqa: E712


def own(transaction: Transaction, sku: str, offer: Offer, units: int, *, claimed: bool = False) -> None:
    """Make the SKU a variant's; refused while it is another's. An archived product's counter is replaced.

    What is freed or claimed is never dealt out, so no shard is left behind.
    """
    values = {"lot": new_id("lot"), "revision": new_id("rev"), "available": units, "claimed": claimed or None}
    made = Sku.of(sku, offer=_aside(offer, claimed), product_id=offer.product_id, **values)
    own_claim = (Sku.product_id == offer.product_id) & _CLAIMED
    transaction.put(made, Sku.pk.does_not_exist() | _FREED | own_claim)


def revive(transaction: Transaction, sku: str, offer: Offer, lot: str, *, claimed: bool = False) -> None:
    """An archived product takes its SKU back with its units; refused if another has it by now.

    The sweeper deals them out again if they were. A claim may be repeated, and taken up by a later try.
    """
    actions = [Sku.freed.remove(), Sku.revision.set(new_id("rev")), Sku.offer.set(_aside(offer, claimed))]
    actions += [Sku.unsettled.set(UNEVEN), Sku.claimed.set(True) if claimed else Sku.claimed.remove()]
    transaction.update(Sku.of(sku), actions, (Sku.lot == lot) & (_FREED | _CLAIMED))


def _aside(offer: Offer, claimed: bool) -> Offer:
    return replace(offer, sellable=False) if claimed else offer


def describe(transaction: Transaction, sku: str, offer: Offer) -> None:
    """Change what is sold under the SKU."""
    actions = [Sku.claimed.remove(), Sku.revision.set(new_id("rev")), Sku.offer.set(offer)]
    transaction.update(Sku.of(sku), actions, _owned(offer.product_id))


def free(transaction: Transaction, sku: str, product_id: str) -> None:
    """Its product is archived: anybody may take the SKU. The units stay in case the product returns."""
    actions = [Sku.freed.set(True), Sku.revision.set(new_id("rev")), Sku.unsettled.remove(), Sku.claimed.remove()]
    transaction.update(Sku.of(sku), actions, _owned(product_id))


def remove(transaction: Transaction, sku: str, product_id: str) -> None:
    transaction.delete(Sku.of(sku), _owned(product_id))


def seize(transaction: Transaction, sku: str, product_id: str) -> None:
    """Remove what was set aside for a change that was never made."""
    transaction.delete(Sku.of(sku), _owned(product_id) & _CLAIMED)


def _owned(product_id: str) -> Condition:
    owned: Condition = (Sku.product_id == product_id) & Sku.freed.does_not_exist() & Sku.dealt.does_not_exist()
    return owned


def claimed_for(reason: Reason) -> str | None:
    """The product for which a SKU that was refused is only set aside, if so."""
    item = Sku.from_raw_data(reason.item) if reason.item else None
    return item.product_id if item and item.claimed else None


def owned_by(reason: Reason) -> str | None:
    """The product that has a SKU that was refused, if any has."""
    item = Sku.from_raw_data(reason.item) if reason.item else None
    return item.product_id if item and not item.freed else None
