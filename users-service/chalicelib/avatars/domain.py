"""Pictures of people: a form for the upload, a look into what came, and only then a place on the profile.

`uploads/<user>/<upload>` is where a form puts it; where it is shown, `avatars/<user>/<upload>`, no form reaches.
"""

from chalicelib import config
from chalicelib.accounts import domain as accounts
from chalicelib.accounts.domain import Person
from chalicelib.avatars import models
from chalicelib.avatars.models import Pictured
from chalicelib.errors import ImageInvalid, UploadMissing
from common.ids import new_id
from common.pictures import look_into
from common.problems import NotFound, Unavailable, VersionMismatch
from common.storage import Upload as Form
from common.versions import Precondition, etag

MAX_PIXELS = 40_000_000
_FORM_SECONDS = 900
_TRIES = 5
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def announce_avatar(user_id: str, content_type: str, size: int) -> Form:
    """A form that uploads exactly this: key, content type and size are fixed by its signature. The latest counts."""
    upload = f"{new_id('upl')}.{_ENDINGS[content_type]}"
    if not models.announce(user_id, upload):
        raise NotFound
    return config.bucket.presigned_post(_upload(user_id, upload), content_type, size, ttl_seconds=_FORM_SECONDS)


def complete_avatar(user_id: str) -> Person:
    """Look into the upload and show it; a repeat finds it shown. What it replaces is removed.

    The picture is put before the profile names it: a crash between leaves an upload that can be completed again, under
    the same key. What a crash keeps from being removed goes with a repeat, the next picture or the account.
    """
    pictured = _find(user_id)
    upload = pictured.avatar_upload
    if upload is None:
        raise UploadMissing
    if pictured.avatar != _shown(user_id, upload):
        _take_over(user_id, upload)
    person = _show(user_id, upload, pictured)
    _tidy(user_id, upload)
    return person


def remove_all(user_id: str) -> None:
    """Every picture of somebody who is erased. Repeatable; a completion that comes later finds no profile."""
    config.bucket.delete_all(_upload(user_id, ""))
    config.bucket.delete_all(_shown(user_id, ""))


def _take_over(user_id: str, upload: str) -> None:
    """Put what was looked at, without its metadata. The form can be used again, and then changes nothing."""
    found = config.bucket.read(_upload(user_id, upload))
    if found is None:
        raise UploadMissing
    picture = look_into(found[0], MAX_PIXELS)
    if picture is None or not upload.endswith(_ENDINGS[picture.content_type]):
        config.bucket.delete(_upload(user_id, upload))
        raise ImageInvalid
    config.bucket.put(_shown(user_id, upload), picture.content, picture.content_type)


def _show(user_id: str, upload: str, pictured: Pictured) -> Person:
    """Name it on the profile, unless a later form was asked for or the account was erased: then it goes again."""
    key = _shown(user_id, upload)
    try:
        return _written(user_id, upload, key, pictured)
    except (NotFound, UploadMissing):
        config.bucket.delete(key)
        raise


def _written(user_id: str, upload: str, key: str, pictured: Pictured) -> Person:
    """The account's version decides between those that race, and so tells exactly which picture was replaced."""
    for _ in range(_TRIES):
        if pictured.avatar == key:
            return accounts.find_user(user_id)
        if pictured.avatar_upload != upload:
            raise UploadMissing("Another form was asked for meanwhile. Upload the picture with that one.")
        try:
            person = accounts.change_profile(user_id, {"avatar": key}, Precondition(etag(pictured.version)))
        except VersionMismatch:
            pictured = _find(user_id)
            continue
        if pictured.avatar:
            config.bucket.delete(pictured.avatar)
        return person
    raise Unavailable(retry_after=1)


def _tidy(user_id: str, upload: str) -> None:
    """Remove earlier pictures and forms' uploads; later ones may be just coming."""
    for key in config.bucket.keys(_upload(user_id, "")):
        if key <= _upload(user_id, upload):
            config.bucket.delete(key)
    for key in config.bucket.keys(_shown(user_id, "")):
        if key < _shown(user_id, upload):
            config.bucket.delete(key)


def _find(user_id: str) -> Pictured:
    pictured = models.find_pictured(user_id)
    if pictured is None:
        raise NotFound
    return pictured


def _upload(user_id: str, upload: str) -> str:
    return f"uploads/{user_id}/{upload}"


def _shown(user_id: str, upload: str) -> str:
    return f"avatars/{user_id}/{upload}"
