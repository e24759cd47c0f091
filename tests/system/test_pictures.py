"""Pictures on a running shop: S3's own refusals, renditions from upload to browser, kills on the way."""

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from PIL import Image
from urllib3.exceptions import HTTPError

from tests.system.eventually import eventually
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
    Image.radial_gradient("L").resize((800, 600)).convert("RGB").save(path)
    return bytes(path.read_bytes())


def test_a_form_takes_only_what_was_announced_and_renditions_of_the_picture_are_served(goods, send, picture):
    lamp = goods(stock=1)
    path = f"/products/{lamp.product_id}/images"
    made = lamp.staff.post(path, {"content_type": "image/png", "size": len(picture), "alt": "A lamp"}).json
    form = made["upload"]

    assert send(form, picture + b"x") == 400
    assert send(form, picture, key="images/elsewhere") == 403
    assert send(form, picture, **{"Content-Type": "text/html"}) == 403
    assert lamp.staff.post(f"{path}/{made['image_id']}/complete").code == "upload_missing"
    assert send(form, picture) == 204
    shown = completed(lamp, made["image_id"])
    assert (shown["width"], shown["height"], len(shown["renditions"])) == (800, 600, 3)
    assert send(form, picture[::-1]) == 204  # the form still works, but reaches nothing that is shown
    for one in shown["renditions"]:
        served = POOL.request("GET", one["url"])
        image = Image.open(io.BytesIO(served.data))
        assert (image.format, image.size) == ("WEBP", (one["width"], one["height"]))
        assert served.headers["Content-Type"] == "image/webp"
    assert POOL.request("GET", shown["url"].partition("?")[0]).status == 403


def completed(lamp: Any, image_id: str) -> dict[str, Any]:
    """Asked again until it is ready: the function that makes the renditions may be starting."""
    path = f"/products/{lamp.product_id}/images/{image_id}/complete"
    answer = eventually(lambda: (found := lamp.staff.post(path)).json.get("status") == "ready" and found, 60)
    assert answer, lamp.staff.post(path)
    return dict(answer.json)


def uploaded(lamp: Any, send: Callable[..., int], content: bytes) -> str:
    path, wish = f"/products/{lamp.product_id}/images", {"content_type": "image/png", "size": len(content)}
    made = lamp.staff.post(path, wish).json
    assert send(made["upload"], content) == 204
    return str(made["image_id"])


def test_completions_at_once_show_one_picture_and_leave_nothing_else(shop, goods, send, picture):
    lamp = goods(stock=1)
    image_id = uploaded(lamp, send, picture)
    path = f"/products/{lamp.product_id}/images/{image_id}/complete"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: lamp.staff.post(path), range(8)))

    assert {answer.status for answer in answers} == {200}
    shown = completed(lamp, image_id)
    assert lamp.staff.get(f"/products/{lamp.product_id}").json["images"] == [shown]
    assert "and nothing else" in shop.command("pictures", "check")


def test_what_was_asked_of_a_service_that_was_killed_is_made_by_its_successor(shop, goods, send, picture):
    lamps = [goods(stock=1) for _ in range(4)]
    ids = [uploaded(lamp, send, picture) for lamp in lamps]
    pairs = list(zip(lamps, ids, strict=True))
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(try_to_complete, lamp, image_id) for lamp, image_id in pairs]
        time.sleep(0.15)  # somewhere in the middle of it
        shop.kill("catalog")
        _ = [one.result() for one in asked]

    for lamp, image_id in pairs:
        assert len(completed(lamp, image_id)["renditions"]) == 3
        assert len(lamp.staff.get(f"/products/{lamp.product_id}").json["images"]) == 1


def try_to_complete(lamp: Any, image_id: str) -> None:
    try:
        lamp.staff.post(f"/products/{lamp.product_id}/images/{image_id}/complete")
    except HTTPError:
        pass  # killed while it answered


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
