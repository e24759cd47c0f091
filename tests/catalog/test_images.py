"""Pictures: only what was announced and looked into is ever shown."""

import io
import struct
from base64 import b64decode
from urllib.parse import urlsplit

import pytest
from PIL import Image

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def picture(kind="PNG", size=(30, 20), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def bucket(aws):
    from chalicelib import config

    class Bucket:
        client = aws("s3")

        def upload(self, form, content):
            kind = form["fields"]["Content-Type"]
            self.client.put_object(Bucket=config.bucket.name, Key=form["fields"]["key"], Body=content, ContentType=kind)

        def held(self):
            found = self.client.list_objects_v2(Bucket=config.bucket.name).get("Contents", [])
            return [one["Key"] for one in found]

    return Bucket()


@pytest.fixture
def product(shop):
    return shop.product()


@pytest.fixture
def images(api, product):
    class Images:
        path = f"/products/{product['id']}/images"

        def announce(self, content=b"x", content_type="image/png", alt="", size=None):
            body = {"content_type": content_type, "size": size or len(content), "alt": alt}
            return api.post(self.path, body, role="staff")

        def complete(self, image_id):
            return api.post(f"{self.path}/{image_id}/complete", role="staff")

        def add(self, bucket, content, content_type="image/png", alt=""):
            made = self.announce(content, content_type, alt).json
            bucket.upload(made["upload"], content)
            return self.complete(made["image_id"])

        def change(self, image_id, **fields):
            return api.patch(f"{self.path}/{image_id}", fields, role="staff")

        def shown(self):
            return api.get(f"/products/{product['id']}").json["images"]

    return Images()


def test_the_form_fixes_key_type_and_size(images):
    made = images.announce(content_type="image/webp", size=1234)
    fields = made.json["upload"]["fields"]
    policy = b64decode(fields["policy"]).decode()

    assert made.status == 201
    assert fields["Content-Type"] == "image/webp"
    assert '["content-length-range", 1234, 1234]' in policy
    assert f'{{"key": "{fields["key"]}"}}' in policy


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "comment": b"x" * 60_000}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"}),
    ],
)
def test_a_picture_is_shown_once_it_was_looked_into(images, bucket, kind, options):
    answer = images.add(bucket, picture(kind, (300, 200), **options), TYPES[kind], alt="A lamp")

    assert answer.status == 200, answer
    assert (answer.json["width"], answer.json["height"], answer.json["alt"]) == (300, 200, "A lamp")
    assert [one["id"] for one in images.shown()] == [answer.json["id"]]
    assert images.shown()[0].keys() == {"id", "url", "thumb_url", "width", "height", "alt"}
    assert urlsplit(answer.json["url"]).path.endswith(bucket.held()[0])


def test_nothing_is_shown_before_completion(images):
    made = images.announce().json

    assert images.shown() == []
    missing = images.complete(made["image_id"])
    assert (missing.status, missing.code) == (409, "upload_missing")
    assert images.complete("img_none").status == 404


def truncated_jpeg():
    return picture("JPEG", (300, 200))[:-200]


def huge_png():
    content = bytearray(picture())
    content[16:24] = struct.pack(">II", 40_000, 40_000)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "announced"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        (b"<html><script>alert(1)</script>", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (picture("JPEG"), "image/png"),
        (picture("PNG"), "image/webp"),
        (picture("PNG")[:-12], "image/png"),
        (truncated_jpeg(), "image/jpeg"),
        (picture("WEBP")[:-10], "image/webp"),
        (huge_png(), "image/png"),
        (b"\xff\xd8\xff" + b"\xff" * 100, "image/jpeg"),
        (b"RIFF", "image/webp"),
        (b"x", "image/png"),
    ],
)
def test_what_is_not_the_announced_picture_is_refused_and_removed(images, bucket, content, announced):
    refused = images.add(bucket, content, announced)

    assert (refused.status, refused.code) == (422, "image_invalid")
    assert (images.shown(), bucket.held()) == ([], [])


@pytest.mark.parametrize(
    "fields", [{"content_type": "image/svg+xml"}, {"content_type": "text/html"}, {"size": 10 * 2**20 + 1}, {"size": 0}]
)
def test_other_kinds_and_sizes_get_no_form(api, images, fields):
    body = {"content_type": "image/png", "size": 10} | fields

    assert api.post(images.path, body, role="staff").code == "validation_failed"


def test_completing_again_shows_it_once(images, bucket):
    made = images.announce(picture()).json
    bucket.upload(made["upload"], picture())

    first, again = images.complete(made["image_id"]), images.complete(made["image_id"])
    assert first.json == again.json
    assert len(images.shown()) == len(bucket.held()) == 1


def test_a_form_that_is_used_again_replaces_nothing(images, bucket):
    made = images.announce(picture()).json
    bucket.upload(made["upload"], picture())
    shown = images.complete(made["image_id"]).json

    bucket.upload(made["upload"], picture(size=(1, 1)))
    assert images.complete(made["image_id"]).json == shown
    (key,) = [key for key in bucket.held() if key.startswith("images/")]
    from chalicelib import config

    assert config.bucket.read(key)[0] == picture()


def test_what_is_shown_is_what_was_looked_at_without_its_metadata(images, bucket):
    tags = Image.Exif()
    tags[0x010F] = "A camera at home"
    images.add(bucket, picture("JPEG", exif=tags), "image/jpeg")
    from chalicelib import config

    (key,) = bucket.held()
    assert config.bucket.read(key)[0] == picture("JPEG")


def test_text_and_order_can_be_changed_and_the_first_picture_is_the_thumbnail(api, images, bucket):
    ids = [images.add(bucket, picture(size=(width, 1))).json["id"] for width in (1, 2, 3)]

    assert images.change(ids[2], position=0, alt="Front").json["alt"] == "Front"
    shown = images.shown()
    assert [one["id"] for one in shown] == [ids[2], ids[0], ids[1]]
    assert api.get("/products").json["items"][0]["thumb_url"] == shown[0]["thumb_url"]
    assert api.get("/variants?sku=LAMP").json["items"][0]["thumb_url"] == shown[0]["thumb_url"]
    assert images.change("img_none", alt="x").status == 404


def test_a_removed_picture_is_gone_from_the_bucket_too(api, images, bucket):
    image_id = images.add(bucket, picture()).json["id"]

    assert api.delete(f"{images.path}/{image_id}", role="staff", If_Match='"9"').status == 412
    assert api.delete(f"{images.path}/{image_id}", role="staff").status == 204
    assert (images.shown(), bucket.held()) == ([], [])
    assert api.delete(f"{images.path}/{image_id}", role="staff").status == 404


def test_a_products_pictures_are_limited(images, bucket):
    for _ in range(20):
        assert images.add(bucket, picture()).status == 200

    assert images.announce().code == "limit_reached"
