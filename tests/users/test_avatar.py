"""Pictures of people: only what was announced and looked into is ever shown, and nothing that was replaced is left."""

import io
from base64 import b64decode
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

PATH = "/users/me/avatar"
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SECRET = "A camera at home"


def picture(kind: str = "PNG", size: tuple[int, int] = (30, 20), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x010F] = SECRET
    return tags


class Bucket:
    """The service's own; `upload` stands in for a browser that uses a form."""

    def __init__(self, s3: Any) -> None:
        from chalicelib import config

        self.s3, self.name = s3, config.bucket.name
        s3.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def upload(self, form: Any, content: bytes) -> None:
        fields = form["fields"]
        self.s3.put_object(Bucket=self.name, Key=fields["key"], Body=content, ContentType=fields["Content-Type"])

    def held(self) -> list[str]:
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def content(self, url: str) -> bytes:
        key = urlsplit(url).path.partition("avatars/")[2]
        found = self.s3.get_object(Bucket=self.name, Key=f"avatars/{key}")
        assert found["ContentType"].startswith("image/")
        return bytes(found["Body"].read())


class Portrait:
    """Somebody and their picture; every call gives the service's answer."""

    def __init__(self, api: Any, bucket: Bucket, token: str) -> None:
        self.api, self.bucket, self.token = api, bucket, token

    def announce(self, content_type: Any = "image/png", size: Any = 10, **more: Any) -> Any:
        return self.api.post(PATH, {"content_type": content_type, "size": size} | more, token=self.token)

    def complete(self) -> Any:
        return self.api.post(f"{PATH}/complete", token=self.token)

    def form(self, content: bytes, content_type: str = "image/png") -> Any:
        """An upload that waits to be completed."""
        form = self.announce(content_type, len(content)).json["upload"]
        self.bucket.upload(form, content)
        return form

    def change(self, content: bytes, content_type: str = "image/png") -> Any:
        self.form(content, content_type)
        return self.complete()

    def me(self) -> Any:
        return self.api.get("/users/me", token=self.token).json


@pytest.fixture
def bucket(aws):
    return Bucket(aws("s3"))


@pytest.fixture
def ann(api, bucket, signed_in):
    return Portrait(api, bucket, signed_in("ann@example.test"))


def test_the_form_fixes_key_type_and_size(ann):
    made = ann.announce("image/webp", 1234)
    fields = made.json["upload"]["fields"]
    policy = b64decode(fields["policy"]).decode()

    assert (made.status, fields["Content-Type"]) == (201, "image/webp")
    assert '["content-length-range", 1234, 1234]' in policy
    assert f'{{"key": "{fields["key"]}"}}' in policy
    assert made.json["upload"].keys() == {"url", "fields", "expires_at"}


@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_is_shown_without_its_metadata_once_it_was_looked_into(ann, bucket, kind):
    content = picture(kind, exif=exif())
    assert SECRET.encode() in content
    answer = ann.change(content, TYPES[kind])

    assert answer.status == 200, answer
    assert answer.json == ann.me()
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    shown = bucket.content(answer.json["avatar_url"])
    assert SECRET.encode() not in shown
    assert Image.open(io.BytesIO(shown)).size == (30, 20)
    assert len(bucket.held()) == 1


def test_nothing_is_shown_before_completion(ann):
    assert ann.complete().code == "upload_missing"
    ann.announce()
    missing = ann.complete()

    assert (missing.status, missing.code) == (409, "upload_missing")
    ann.form(picture())
    assert ann.me()["avatar_url"] is None


@pytest.mark.parametrize(
    ("content", "announced"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        (b"<html><script>alert(1)</script>", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n<html>", "image/png"),
        (picture("JPEG"), "image/png"),
        (picture("PNG"), "image/webp"),
        (picture("WEBP"), "image/jpeg"),
        (picture("JPEG", (300, 200))[:-20], "image/jpeg"),
        (picture("PNG", (8000, 5001)), "image/png"),
    ],
)
def test_what_is_not_the_announced_picture_is_refused_and_removed(ann, bucket, content, announced):
    refused = ann.change(content, announced)

    assert (refused.status, refused.code) == (422, "image_invalid")
    assert (ann.me()["avatar_url"], bucket.held()) == (None, [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"content_type": "image/svg+xml"}, "validation_failed"),
        ({"content_type": "image/gif"}, "validation_failed"),
        ({"content_type": "text/html"}, "validation_failed"),
        ({"size": 5 * 2**20 + 1}, "validation_failed"),
        ({"size": 0}, "validation_failed"),
        ({"size": "10"}, "validation_failed"),
        ({"key": "avatars/usr_other/x.png"}, "unknown_field"),
    ],
)
def test_other_kinds_and_sizes_get_no_form(ann, fields, code):
    refused = ann.announce(**fields)

    assert (refused.status, refused.code) == (422, code)


def test_five_mebibytes_are_not_too_much(ann):
    assert ann.announce(size=5 * 2**20).status == 201


def test_a_new_picture_takes_the_place_of_the_former_one(ann, bucket):
    first = ann.change(picture()).json
    second = ann.change(picture("JPEG", (5, 5)), "image/jpeg").json

    assert second["avatar_url"] != first["avatar_url"]
    assert second["version"] > first["version"]
    assert bucket.content(second["avatar_url"]) == picture("JPEG", (5, 5))
    assert len(bucket.held()) == 1


def test_a_refused_picture_leaves_the_former_one(ann, bucket):
    before = ann.change(picture()).json
    ann.change(b"GIF89a")

    assert ann.me() == before
    assert bucket.content(before["avatar_url"]) == picture()


def test_completing_again_changes_nothing(ann, bucket):
    first = ann.change(picture())
    again = ann.complete()

    assert (again.status, again.json) == (200, first.json)
    assert len(bucket.held()) == 1


def test_a_form_that_is_used_again_replaces_nothing(ann, bucket):
    form = ann.form(picture())
    shown = ann.complete().json

    bucket.upload(form, picture(size=(1, 1)))
    assert ann.complete().json == shown
    assert bucket.content(shown["avatar_url"]) == picture()


def test_the_latest_form_counts(ann, bucket):
    ann.form(picture(size=(1, 1)))
    ann.announce()
    assert ann.complete().code == "upload_missing"

    ann.form(picture(size=(2, 2)))
    assert bucket.content(ann.complete().json["avatar_url"]) == picture(size=(2, 2))
    assert len(bucket.held()) == 1


def test_the_address_of_a_picture_stays_the_same_so_that_browsers_keep_it(ann, shop_clock):
    shown = ann.change(picture()).json["avatar_url"]
    shop_clock.forward(120)

    assert ann.me()["avatar_url"] == shown


def test_a_profile_asks_nothing_of_the_bucket(ann, calls):
    ann.change(picture())
    calls.clear()
    assert ann.me()["avatar_url"]

    assert calls.of("s3") == []


def test_without_the_bucket_only_pictures_are_unavailable(ann, bucket, monkeypatch):
    """Nothing listens where the bucket should be."""
    from chalicelib import config

    shown = ann.change(picture()).json
    ann.form(picture(size=(1, 1)))
    monkeypatch.setattr(config.bucket, "_endpoint", "http://127.0.0.1:9")

    down = ann.complete()
    assert (down.status, down.code, "Retry-After" in down.headers) == (503, "unavailable", True)
    assert ann.me() == shown
    assert ann.api.patch("/users/me", {"name": "Ann Other"}, token=ann.token).status == 200
    monkeypatch.undo()
    assert bucket.content(ann.complete().json["avatar_url"]) == picture(size=(1, 1))


def test_a_picture_that_was_put_before_a_crash_is_shown_by_a_repeat(ann, bucket, monkeypatch):
    from chalicelib.avatars import domain

    ann.form(picture())
    monkeypatch.setattr(domain.accounts, "change_profile", lambda *_: 1 / 0)
    assert ann.complete().status == 500
    monkeypatch.undo()

    assert bucket.content(ann.complete().json["avatar_url"]) == picture()
    assert len(bucket.held()) == 1


def test_what_a_crash_kept_from_being_removed_goes_with_a_repeat(ann, bucket, monkeypatch):
    from chalicelib import config

    ann.change(picture())
    ann.form(picture(size=(1, 1)))
    monkeypatch.setattr(config.bucket, "delete", lambda *_: 1 / 0)
    assert ann.complete().status == 500
    monkeypatch.undo()
    assert len(bucket.held()) == 3

    shown = ann.complete().json["avatar_url"]
    assert bucket.content(shown) == picture(size=(1, 1))
    assert len(bucket.held()) == 1


def between(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Let something happen once, after the picture was put and before the profile names it."""
    from chalicelib import config

    put = config.bucket.put

    def put_and(*args: Any) -> None:
        put(*args)
        monkeypatch.undo()
        happens()

    monkeypatch.setattr(config.bucket, "put", put_and)


def test_a_change_of_the_profile_meanwhile_is_not_in_the_way(ann, monkeypatch):
    ann.form(picture())
    between(monkeypatch, lambda: ann.api.patch("/users/me", {"name": "Ann Other"}, token=ann.token))

    assert ann.complete().json["name"] == "Ann Other"
    assert ann.me()["avatar_url"]


def test_of_two_completions_at_once_both_show_the_picture(ann, bucket, monkeypatch):
    ann.form(picture())
    between(monkeypatch, ann.complete)

    assert ann.complete().json == ann.me()
    assert bucket.content(ann.me()["avatar_url"]) == picture()


def test_a_picture_that_comes_later_than_the_next_one_is_not_shown(ann, bucket, monkeypatch):
    ann.form(picture(size=(1, 1)))
    between(monkeypatch, lambda: ann.change(picture(size=(2, 2))))

    assert ann.complete().code == "upload_missing"
    assert bucket.content(ann.me()["avatar_url"]) == picture(size=(2, 2))
    assert len(bucket.held()) == 1


def test_a_picture_that_comes_after_the_erasure_is_removed(ann, bucket, monkeypatch, aws):
    from chalicelib.avatars import domain

    user_id = ann.me()["id"]

    def erase() -> None:
        aws("dynamodb").delete_item(
            TableName="shop-users", Key={"pk": {"S": f"USER#{user_id}"}, "sk": {"S": "PROFILE"}}
        )
        domain.remove_all(user_id)

    ann.form(picture())
    between(monkeypatch, erase)

    assert ann.complete().status == 404
    assert bucket.held() == []
    assert ann.announce().status == 404


def test_removing_all_of_somebody_leaves_the_others(ann, api, bucket, signed_in):
    from chalicelib.avatars import domain

    bob = Portrait(api, bucket, signed_in("bob@example.test"))
    bobs = bob.change(picture()).json
    ann.change(picture())
    ann.form(picture())

    domain.remove_all(ann.me()["id"])
    domain.remove_all(ann.me()["id"])
    assert bucket.content(bobs["avatar_url"]) == picture()
    assert len(bucket.held()) == 1


def test_a_session_that_has_ended_changes_no_picture(ann):
    ann.form(picture())
    ann.api.delete("/sessions", token=ann.token)

    assert {(one.status, one.code) for one in (ann.announce(), ann.complete())} == {(401, "token_invalid")}
