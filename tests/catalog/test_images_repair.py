"""The bucket holds what products name and nothing else: found out and mended."""

import pytest

from tests.catalog import test_images
from tests.catalog.test_images import picture

bucket, worker, product, images = test_images.bucket, test_images.worker, test_images.product, test_images.images


@pytest.fixture
def look(monkeypatch):
    """Compare, hours later by the storage's clock, and mend if asked to; what was found."""
    from chalicelib.images import repair

    def looked(mend=False, hours=2):
        with monkeypatch.context() as patched:
            patched.setattr(repair.time, "time", lambda now=repair.time.time: now() + hours * 3600)
            found = repair.check()
        if mend:
            repair.mend(found)
        return found

    return looked


@pytest.fixture
def shown(images):
    return [images.add(picture(size=(size, 9))).json for size in (700, 20)]


def test_pictures_with_their_renditions_and_nothing_else_are_fine(images, shown, look, api, product):
    api.delete(f"/products/{product['id']}", role="staff")  # an archived product may come back, and keeps its pictures

    found = look()
    assert (found.fine, found.pictures, found.objects) == (True, 2, 6)


def test_what_no_product_names_is_removed_unless_it_is_young(shown, bucket, look, product):
    held = bucket.keys()
    stray = [f"images/{product['id']}/img_gone-0-160.webp", "images/prd_none/img_1-0.png"]
    for key in stray:
        bucket.put(key)

    assert look(mend=True, hours=0.9).orphans == []
    assert look().orphans == sorted(stray)
    assert sorted(look(mend=True).orphans) == sorted(stray)
    assert (bucket.keys(), look().fine) == (held, True)


def test_each_day_it_is_done_by_itself(shown, bucket, look, monkeypatch):
    import app
    from chalicelib.images import repair

    held = bucket.keys()
    bucket.put("images/prd_none/img_1-0.png")
    with monkeypatch.context() as patched:
        patched.setattr(repair, "YOUNG_SECONDS", -1)
        app.tidy_pictures({"source": "aws.events", "detail-type": "", "detail": {}, "version": "", "account": "",
                           "id": "", "region": "", "resources": [], "time": ""}, None)  # fmt: skip
    assert bucket.keys() == held


def test_uploads_that_were_never_completed_are_removed_after_a_day(images, bucket, look):
    images.upload(picture())

    assert look(hours=23).fine
    assert len(look(mend=True, hours=25).left_uploads) == 1
    assert bucket.keys() == []


def test_renditions_that_are_missing_are_made_again(images, shown, bucket, worker, look, product):
    held = bucket.contents()
    bucket.drop(next(key for key in held if key.endswith("-640.webp")))

    assert look(mend=True).unmade == [(product["id"], shown[0]["id"])]
    worker.work()
    assert (bucket.contents(), look().fine) == (held, True)


def test_pictures_from_before_there_were_renditions_get_them(images, worker, look, product):
    image_id = images.add(picture(size=(700, 9))).json["id"]
    images.forget_renditions(image_id)
    before = images.shown()[0]
    assert (before["renditions"], before["url"].partition("?")[0][-4:]) == ([], ".png")

    assert look(mend=True).unmade == [(product["id"], image_id)]
    worker.work()
    assert len(images.shown()[0]["renditions"]) == 3
    assert look().fine


def test_an_original_that_is_gone_is_reported_until_staff_delete_the_picture(images, shown, bucket, look, product):
    held = bucket.contents()
    bucket.drop(next(key for key in held if shown[1]["id"] in key and key.endswith(".png")))

    for _ in range(2):
        assert look(mend=True).missing == [(product["id"], shown[1]["id"])]
    images.delete(shown[1]["id"])
    assert look().fine
