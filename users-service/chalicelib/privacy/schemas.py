"""Requests and answers about what is held on a person."""

from msgspec import Struct

from chalicelib.accounts.schemas import Password, User, present
from chalicelib.addresses import schemas as addresses
from chalicelib.addresses.schemas import AddressView
from chalicelib.external.domain import Linked
from chalicelib.privacy.domain import Holdings
from chalicelib.sessions.schemas import SessionInfo, describe
from common import clock
from common.schemas import Body


class EraseAccount(Body):
    """`password` may only be left out by accounts without one, ten minutes after a log-in at the provider."""

    password: Password | None = None


class Identity(Struct):
    """An account at another provider that opens this one."""

    provider: str
    issuer: str
    subject: str
    linked_at: str


class Held(Struct, kw_only=True):
    """`account` has the address of the picture; a guest has sessions only."""

    account: User | None
    new_email: str | None
    addresses: list[AddressView]
    sessions: list[SessionInfo]
    external_identities: list[Identity]
    avatar_url: str | None


def show(holdings: Holdings, current_session: str | None) -> Held:
    account = present(holdings.account) if holdings.account else None
    return Held(
        account=account,
        new_email=holdings.account.new_email if holdings.account else None,
        addresses=[addresses.present(one) for one in holdings.addresses],
        sessions=[describe(one, current_session) for one in holdings.sessions],
        external_identities=[_identity(one) for one in holdings.identities],
        avatar_url=account.avatar_url if account else None,
    )


def _identity(linked: Linked) -> Identity:
    return Identity(linked.provider, linked.issuer, linked.subject, clock.rfc3339(linked.linked_at))
