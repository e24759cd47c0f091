"""What this service holds on a person, which is who corrected the stock, and forgetting it."""

from chalicelib.stock import domain as stock

find_all = stock.list_adjustments


def forget_person(person: str, _tokens_ended: bool) -> bool:
    """Take an erased person off all that they wrote; whether nothing is left to do.

    Idempotency records hold ids and hashes only, and end by themselves.
    """
    stock.forget_author(person)
    return True
