"""Pictures on the embedded AWS: what moto does not check, S3's own refusals."""

import os
import secrets
from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from PIL import Image

from common.storage import Bucket
from tests.system.web import POOL


@pytest.fixture
def bucket(shop: Any, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    settings = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CONFIG_FILE": os.devnull}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return Bucket("shop-catalog-000000000000", "eu-central-1", shop.ports.url("aws"))


@pytest.fixture
def send() -> Callable[..., int]:
    """Use an upload form as a browser does, with some of its fields changed."""

    def post(form: dict[str, Any], content: bytes, **changes: str) -> int:
        fields = {**form["fields"], **changes}
        parts = [*fields.items(), ("file", ("picture", content, fields["Content-Type"]))]
        return POOL.request("POST", form["url"], fields=parts, timeout=urllib3.Timeout(20)).status

    return post


@pytest.fixture
def picture(tmp_path: Any) -> bytes:
    path = tmp_path / "picture.png"
    Image.new("RGB", (64, 48), "teal").save(path)
    return bytes(path.read_bytes())


def test_an_upload_that_was_replaced_after_the_look_is_not_copied(bucket):
    key = f"uploads/{secrets.token_hex(6)}"
    bucket.put(key, b"looked at", "image/png")
    _, etag = bucket.read(key)
    bucket.put(key, b"something else", "image/png")

    assert not bucket.copy(key, f"images/{key}", etag=etag)
    assert bucket.read(f"images/{key}") is None


def test_a_form_takes_only_what_was_announced_and_the_picture_is_served(goods, send, picture):
    lamp = goods(stock=1)
    path = f"/products/{lamp.product_id}/images"
    made = lamp.staff.post(path, {"content_type": "image/png", "size": len(picture), "alt": "A lamp"}).json
    form = made["upload"]

    assert send(form, picture + b"x") == 400
    assert send(form, picture, key="images/elsewhere") == 403
    assert send(form, picture, **{"Content-Type": "text/html"}) == 403
    assert lamp.staff.post(f"{path}/{made['image_id']}/complete").code == "upload_missing"
    assert send(form, picture) == 204
    shown = lamp.staff.post(f"{path}/{made['image_id']}/complete")
    assert (shown.status, shown.json["width"], shown.json["height"]) == (200, 64, 48)
    assert send(form, picture[::-1]) == 204  # the form still works, but reaches nothing that is shown
    assert POOL.request("GET", shown.json["url"]).data == picture
