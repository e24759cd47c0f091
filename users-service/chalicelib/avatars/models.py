"""What the profile, `USER#<id> / PROFILE`, says of pictures: the one that is shown and one that may be on its way."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.table import UsersItem
from common import tables
from common.attributes import Whole
from common.tables import ConditionFailed


class Pictured(UsersItem):
    """`avatar`, which the account's own code writes, is a key of the bucket; `avatar_upload` names the latest form.

    `version` is the account's.
    """

    avatar = UnicodeAttribute(null=True)
    avatar_upload = UnicodeAttribute(null=True)
    version = Whole(default=1)


def find_pictured(user_id: str) -> Pictured | None:
    return tables.get(Pictured, *_key(user_id))


def announce(user_id: str, upload: str) -> bool:
    """Remember a form; False if there is no such account. A repeat writes the same, and of several the last counts."""
    try:
        tables.update(Pictured(*_key(user_id)), [Pictured.avatar_upload.set(upload)], Pictured.pk.exists())
    except ConditionFailed:
        return False
    return True


def _key(user_id: str) -> tuple[str, str]:
    return f"USER#{user_id}", "PROFILE"
