"""What can be done with external accounts.

An identity (issuer and subject) belongs to one account for good. The first time it gets a new one, or the confirmed
account with the address that the provider has verified; an address that is only claimed never opens an account. What
the provider says of address and name later changes nothing: the person changes them here.
"""

from collections.abc import Callable, Iterable

from chalicelib import events
from chalicelib.accounts import domain as accounts
from chalicelib.accounts.domain import LogIn, Person, Profile
from chalicelib.errors import AccountDisabled, AddressMissing
from chalicelib.external import models, tokens
from chalicelib.external.models import Linked as Linked
from chalicelib.external.models import Owner
from chalicelib.external.tokens import Statement
from chalicelib.limits import domain as limits
from chalicelib.outbox import Outgoing
from chalicelib.sessions import domain as sessions
from chalicelib.sessions.domain import Pair
from common import tables
from common.problems import Unavailable
from common.tables import Refused, Transaction

Write = Callable[[Transaction], None]
linked_in = models.linked_in
_TRIES = 5


def log_in(id_token: str, nonce: str | None, device: str | None, address: str) -> tuple[Pair, Person]:
    """Start a session with a provider's id token; raises IdTokenInvalid, AddressMissing, AccountDisabled.

    Each try is one transaction that uses up the token, under conditions on all that was read: of several that race the
    others read again what the first has written. The answer to a token is not repeated: who loses it logs in again.
    """
    said = tokens.read(id_token, nonce)
    for _ in range(_TRIES):
        try:
            return _try(said, device, address)
        except Refused as refused:
            if refused.reasons[0]:
                tokens.refuse("used")
    raise Unavailable(retry_after=1)


def remove(linked: Iterable[Linked]) -> None:
    """Forget identities of an account that is erased; the same person coming again gets a new account. Repeatable."""
    for one in linked:
        models.remove(one)


def _try(said: Statement, device: str | None, address: str) -> tuple[Pair, Person]:
    owner, log_in = _read(said)
    profile = accounts.find_profile(owner.user_id) if owner else None
    if profile:
        return _again(said, profile, device)
    if log_in:
        return _link(said, owner, log_in, device)
    return _first(said, owner, device, address)


def _read(said: Statement) -> tuple[Owner | None, LogIn | None]:
    """Who has the identity, and who has the address, if the provider has verified it."""
    refs = [models.owner_ref(said.identity)]
    if said.email and said.email_verified:
        refs.append(accounts.log_in_refs(said.email)[0])
    owner, log_in = [*tables.get_all(*refs), None][:2]
    if said.email and log_in and not log_in.email_verified:  # of an earlier version
        accounts.waiting_for(accounts.account_of(said.email))
        return owner, None
    return owner, log_in


def _again(said: Statement, profile: Profile, device: str | None) -> tuple[Pair, Person]:
    """A known identity."""
    return _started(said, profile, device, lambda transaction: accounts.add_usable(transaction, profile))


def _link(said: Statement, former: Owner | None, log_in: LogIn, device: str | None) -> tuple[Pair, Person]:
    """A new identity of somebody whose address both we and the provider have confirmed."""

    def write(transaction: Transaction) -> None:
        accounts.add_usable(transaction, log_in)
        models.add_link(transaction, said.identity, log_in.user_id, former)

    return _started(said, log_in, device, write)


def _started(said: Statement, person: LogIn | Profile, device: str | None, write: Write) -> tuple[Pair, Person]:
    if person.disabled:
        raise AccountDisabled
    started = sessions.new(person.user_id, person.role, person.email, device, int(person.epoch))
    transaction = Transaction()
    models.add_use(transaction, said)
    write(transaction)
    sessions.add(transaction, started)
    transaction.commit()
    return started.pair, person


def _first(said: Statement, former: Owner | None, device: str | None, address: str) -> tuple[Pair, Person]:
    """A new account, counted as a registration. Without a verified address nobody finds it by that address."""
    if said.email is None:
        raise AddressMissing
    name = said.name or said.email.partition("@")[0]
    person = accounts.new_person(said.email, name, email_verified=said.email_verified)
    started = sessions.new(person["user_id"], "customer", said.email, device, 0)
    made: list[Profile] = []

    def write(transaction: Transaction) -> None:
        models.add_use(transaction, said)
        models.add_link(transaction, said.identity, person["user_id"], former)
        made.append(accounts.add_account(transaction, person))
        transaction.put(Outgoing.of(events.user_registered(person["user_id"])))
        sessions.add(transaction, started)

    accounts.list_month(person["created_at"])
    limits.count("registration", address, write)
    return started.pair, made[-1]
