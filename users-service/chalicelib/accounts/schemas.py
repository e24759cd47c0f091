"""Requests and answers about accounts."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from chalicelib import config
from chalicelib.accounts.models import Person
from common import clock
from common.schemas import Body, PageQuery
from common.schemas import EmailAddress as EmailAddress

NewPassword = Annotated[str, Meta(min_length=12, max_length=256, description="Any characters, but no common password")]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
PersonName = Annotated[
    str,
    Meta(
        pattern=r"^[^\x00-\x20\x7f-\xa0\u2028\u2029][^\x00-\x1f\x7f-\x9f\u2028\u2029]*(?![\s\S])",
        max_length=200,
        description="One line",
    ),
]
Locale = Annotated[
    str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?(?![\s\S])", description="BCP 47: language, or language and region")
]
Role = Literal["guest", "customer", "staff", "admin"]
MailToken = Annotated[str, Meta(min_length=1, max_length=4096)]  # a long one is unknown, not malformed


class ChangeProfile(Body):
    """What is left out stays as it is."""

    name: PersonName | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    marketing_consent: bool | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in structs.asdict(self).items() if value is not UNSET}


class ListUsers(PageQuery):
    """Without `email` all, newest sign-ups first."""

    email: EmailAddress | None = None


class AssignRole(Body):
    role: Literal["customer", "staff", "admin"]


class Accepted(Struct):
    status: Literal["accepted"] = "accepted"


class User(Struct, kw_only=True):
    """A person with an account, or an anonymous shopper (`role` is guest, `email` and `name` are null)."""

    id: str
    email: str | None
    name: str | None
    role: Role
    email_verified: bool
    locale: str | None
    marketing_consent: bool
    avatar_url: str | None
    disabled: bool = False
    version: int
    created_at: str


def present(person: Person) -> User:
    return User(
        id=person.user_id,
        email=person.email,
        name=person.name,
        role=person.role,  # type: ignore[arg-type]
        email_verified=person.email_verified,
        locale=person.locale,
        marketing_consent=person.marketing_consent,
        avatar_url=config.bucket.presigned_get(person.avatar) if person.avatar else None,
        disabled=person.disabled,
        version=int(person.version),
        created_at=clock.rfc3339(person.created_at),
    )
