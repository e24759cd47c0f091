"""Links in mails: `TOK#<hash of the token> / TOK`, each good once and for one purpose. The token is not stored."""

import hashlib
import secrets

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.table import UsersItem
from common import clock, tables
from common.tables import Transaction

CONFIRM, RESET, CHANGE = "confirm", "reset", "change"
_LIVES_SECONDS = {CONFIRM: 24 * 3600, RESET: 3600, CHANGE: 24 * 3600}


class Link(UsersItem):
    """`account` is the keyed hash of the address it was sent to.

    `attempt` is the registration that it confirms, `epoch` the one of the account that it changes.
    """

    kind = UnicodeAttribute(default=CONFIRM)
    account = UnicodeAttribute()
    user_id = UnicodeAttribute()
    attempt = UnicodeAttribute(null=True)
    epoch = NumberAttribute(default=0)
    expires_at = NumberAttribute()


def make(kind: str, account: str, user_id: str, *, attempt: str | None = None, epoch: int = 0) -> str:
    """Store a new link and give its token. Each try of a mail job makes its own; those never sent expire unused."""
    token = secrets.token_urlsafe(32)
    expires_at = int(clock.now()) + _LIVES_SECONDS[kind]
    link = Link(*_key(token), kind=kind, account=account, user_id=user_id, attempt=attempt, epoch=epoch)
    link.expires_at = expires_at
    link.save(Link.pk.does_not_exist())
    return token


def find(token: str, *kinds: str) -> Link | None:
    """The link, unless it was used, has expired (DynamoDB removes such items late) or is for something else."""
    link = tables.get(Link, *_key(token))
    return link if link and link.kind in kinds and link.expires_at > clock.now() else None


def add_use(transaction: Transaction, link: Link) -> None:
    """Use it up: of those that race with one token a single one finds it there."""
    transaction.delete(Link(link.pk, link.sk), Link.pk.exists())


def _key(token: str) -> tuple[str, str]:
    return f"TOK#{hashlib.sha256(token.encode()).hexdigest()}", "TOK"
