"""Pictures on the embedded AWS: what moto does not check, S3's own refusals."""

from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from PIL import Image

from tests.system.web import POOL


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


def test_a_person_has_the_picture_that_was_uploaded_last(shop, send, picture):
    ann = shop.as_role("staff")
    form = ann.post("/users/me/avatar", {"content_type": "image/png", "size": len(picture)}).json["upload"]

    assert send(form, picture + b"x") == 400
    assert send(form, picture, key="avatars/elsewhere") == 403
    assert ann.post("/users/me/avatar/complete").code == "upload_missing"
    assert send(form, picture) == 204
    shown = ann.post("/users/me/avatar/complete")
    assert (shown.status, shown.json) == (200, ann.get("/users/me").json)
    served = POOL.request("GET", shown.json["avatar_url"], headers={"Origin": shop.url})
    assert (served.data, served.headers["Content-Type"]) == (picture, "image/png")
    assert served.headers["Access-Control-Allow-Origin"] == shop.url
    assert POOL.request("GET", shown.json["avatar_url"].partition("?")[0]).status == 403
