"""Pictures: only what was announced, looked into and made anew is ever shown."""

import io
import json
import struct
import time
from base64 import b64decode
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace
from PIL import Image

from common.versions import Precondition

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def picture(kind="PNG", size=(30, 20), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.fixture
def bucket(aws):
    from chalicelib import config

    class Held:
        client = aws("s3")

        def upload(self, form, content):
            kind = form["fields"]["Content-Type"]
            self.client.put_object(Bucket=config.bucket.name, Key=form["fields"]["key"], Body=content, ContentType=kind)

        def put(self, key):
            self.client.put_object(Bucket=config.bucket.name, Key=key, Body=b"x")

        def drop(self, key):
            self.client.delete_object(Bucket=config.bucket.name, Key=key)

        def keys(self):
            found = self.client.list_objects_v2(Bucket=config.bucket.name).get("Contents", [])
            return [one["Key"] for one in found]

        def contents(self):
            return {key: config.bucket.read(key)[0] for key in self.keys()}

        def behind(self, url):
            """The picture that an address shows."""
            return opened(config.bucket.read(urlsplit(url).path[1:])[0])

    return Held()


@pytest.fixture
def worker(aws, monkeypatch):
    """The function behind the queue. It works whenever a request waits for it, unless it is `busy`."""
    import app
    from chalicelib import config
    from chalicelib.images import domain

    class Worker:
        queue, busy = aws("sqs").create_queue(QueueName=config.PICTURE_QUEUE)["QueueUrl"], False

        def jobs(self):
            return (
                aws("sqs")
                .receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
                .get("Messages", [])
            )

        def work(self):
            for job in self.jobs():
                self.do(job["Body"])
                aws("sqs").delete_message(QueueUrl=self.queue, ReceiptHandle=job["ReceiptHandle"])

        def do(self, job):
            app.make_renditions({"Records": [{"body": job, "receiptHandle": "r", "messageId": "m"}]}, None)

        def forget(self):
            """The jobs are lost with whoever had begun them."""
            aws("sqs").purge_queue(QueueUrl=self.queue)

        def pause(self, seconds):
            time.sleep(seconds) if self.busy else self.work()

    made = Worker()
    monkeypatch.setattr(config, "PICTURE_QUEUE_URL", made.queue)
    monkeypatch.setattr(domain, "time", SimpleNamespace(sleep=made.pause))
    monkeypatch.setattr(domain, "_WAIT_SECONDS", 0.3)
    return made


@pytest.fixture
def product(shop):
    return shop.product()


@pytest.fixture
def images(api, product, bucket, worker):
    class Images:
        path = f"/products/{product['id']}/images"

        def announce(self, content=b"x", content_type="image/png", alt="", size=None):
            body = {"content_type": content_type, "size": size or len(content), "alt": alt}
            return api.post(self.path, body, role="staff")

        def upload(self, content, content_type="image/png", alt=""):
            made = self.announce(content, content_type, alt).json
            bucket.upload(made["upload"], content)
            return made["image_id"]

        def complete(self, image_id):
            return api.post(f"{self.path}/{image_id}/complete", role="staff")

        def add(self, content, content_type="image/png", alt=""):
            return self.complete(self.upload(content, content_type, alt))

        def change(self, image_id, **fields):
            return api.patch(f"{self.path}/{image_id}", fields, role="staff")

        def delete(self, image_id, **headers):
            return api.delete(f"{self.path}/{image_id}", role="staff", **headers)

        def forget_renditions(self, image_id):
            """As pictures were stored when they were shown as they came."""
            from chalicelib.products import domain as products

            def plain(seen):
                return replace(seen, images=[replace(one, renditions={}) for one in seen.images])

            products.edit(product["id"], plain, Precondition())

        def shown(self, role=None):
            return api.get(f"/products/{product['id']}", role=role).json["images"]

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
def test_a_picture_is_shown_once_it_was_looked_into(images, kind, options):
    answer = images.add(picture(kind, (300, 200), **options), TYPES[kind], alt="A lamp")

    assert answer.status == 200, answer
    assert (answer.json["width"], answer.json["height"], answer.json["alt"]) == (300, 200, "A lamp")
    assert answer.json["status"] == "ready"
    assert images.shown() == [answer.json]


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((30, 20), [(30, 20)]),
        ((160, 161), [(159, 160), (160, 161)]),
        ((641, 2), [(160, 1), (640, 2), (641, 2)]),
        ((1000, 2000), [(80, 160), (320, 640), (800, 1600)]),
    ],
)
def test_renditions_fit_160_640_and_1600_pixels_and_are_never_larger_than_the_picture(images, bucket, size, made):
    shown = images.add(picture(size=size)).json

    assert [(one["width"], one["height"]) for one in shown["renditions"]] == made
    assert [bucket.behind(one["url"]).size for one in shown["renditions"]] == made
    assert {bucket.behind(one["url"]).format for one in shown["renditions"]} == {"WEBP"}
    assert (shown["thumb_url"], shown["url"]) == (shown["renditions"][0]["url"], shown["renditions"][-1]["url"])
    assert (shown["width"], shown["height"]) == size


def test_a_card_has_the_two_smallest_renditions_of_its_picture(api, images):
    shown = images.add(picture(size=(1000, 2000))).json

    card = api.get("/products").json["items"][0]
    assert [card["thumb_url"], card["picture_url"]] == [one["url"] for one in shown["renditions"][:2]]


def test_a_picture_as_small_as_a_thumbnail_has_no_larger_one(api, images):
    shown = images.add(picture(size=(160, 90))).json

    card = api.get("/products").json["items"][0]
    assert (card["thumb_url"], card["picture_url"]) == (shown["url"], None)


def test_nothing_is_shown_before_completion(images):
    made = images.announce().json

    assert images.shown() == []
    missing = images.complete(made["image_id"])
    assert (missing.status, missing.code) == (409, "upload_missing")
    assert images.complete("img_none").status == 404


def test_until_its_renditions_are_made_only_staff_know_of_a_picture_and_nobody_gets_an_address(api, images, worker):
    worker.busy = True
    answer = images.add(picture())

    assert (answer.status, answer.json["status"]) == (200, "processing")
    assert (answer.json["url"], answer.json["thumb_url"], answer.json["renditions"]) == (None, None, [])
    assert (images.shown("staff"), images.shown(), images.shown("customer")) == ([answer.json], [], [])
    assert api.get("/products").json["items"][0]["thumb_url"] is None
    assert api.get("/variants?sku=LAMP").json["items"][0]["thumb_url"] is None

    worker.busy = False
    assert images.complete(answer.json["id"]).json["status"] == "ready"
    assert len(images.shown()) == 1


def test_what_customers_remember_of_a_page_is_out_of_date_once_a_picture_is_ready(api, images, worker, product):
    worker.busy = True
    image_id = images.add(picture()).json["id"]
    seen = api.get(f"/products/{product['id']}").headers["ETag"]

    worker.busy = False
    images.complete(image_id)
    assert api.get(f"/products/{product['id']}", If_None_Match=seen).status == 200


def test_a_job_that_never_reached_the_queue_is_sent_by_the_sweeper(images, worker, monkeypatch, shop_clock, sweep):
    from chalicelib import config

    worker.busy = True
    monkeypatch.setattr(config, "PICTURE_QUEUE_URL", f"{worker.queue}-that-is-not-there")
    answer = images.add(picture())
    assert (answer.json["status"], worker.jobs()) == ("processing", [])

    monkeypatch.setattr(config, "PICTURE_QUEUE_URL", worker.queue)
    sweep()
    assert worker.jobs() == []  # it may be on its way
    shop_clock.forward(61)
    sweep()
    worker.work()
    assert len(images.shown()) == 1
    sweep()
    assert worker.jobs() == []


def test_the_sweeper_sends_nothing_while_jobs_wait_nor_after_an_hour(images, worker, shop_clock, sweep):
    worker.busy = True
    images.add(picture())
    shop_clock.forward(61)
    sweep()
    assert len(worker.jobs()) == 1

    worker.forget()
    shop_clock.forward(3600)
    sweep()
    assert worker.jobs() == []


def test_whoever_has_waited_in_vain_and_asks_again_has_the_job_sent_again(images, worker, shop_clock):
    worker.busy = True
    image_id = images.add(picture()).json["id"]
    worker.forget()
    images.complete(image_id)
    assert worker.jobs() == []  # it is being done, as far as anybody knows

    shop_clock.forward(6)
    images.complete(image_id)
    assert len(worker.jobs()) == 1


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
        (b"GIF89a" + b"\0" * 50, "image/png"),
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
    refused = images.add(content, announced)

    assert (refused.status, refused.code) == (422, "image_invalid")
    assert (images.shown("staff"), bucket.keys()) == ([], [])


def test_forty_million_pixels_are_the_most(images, bucket):
    def of(width):
        out = io.BytesIO()
        Image.new("1", (width, 5000), 1).save(out, "PNG")
        return out.getvalue()

    assert images.add(of(8001)).code == "image_invalid"
    shown = images.add(of(8000)).json
    assert [(one["width"], one["height"]) for one in shown["renditions"]] == [(160, 100), (640, 400), (1600, 1000)]


def hollow_jpeg():
    """Whole by its parts, with a Huffman table of more codes than there can be."""
    content = bytearray(picture("JPEG", (300, 200)))
    content[content.index(b"\xff\xc4") + 5] = 255
    return bytes(content)


def hollow_webp():
    """A chunk of the right size with no picture in it."""
    content = bytearray(picture("WEBP", (300, 200)))
    content[31:] = bytes(len(content) - 31)
    return bytes(content)


@pytest.mark.parametrize(("content", "announced"), [(hollow_jpeg(), "image/jpeg"), (hollow_webp(), "image/webp")])
def test_what_only_decoding_finds_out_is_refused_too_and_again(images, bucket, content, announced):
    image_id = images.upload(content, announced)

    for _ in range(2):
        refused = images.complete(image_id)
        assert (refused.status, refused.code) == (422, "image_invalid")
    assert (images.shown("staff"), bucket.keys()) == ([], [])


@pytest.mark.parametrize(
    "fields", [{"content_type": "image/svg+xml"}, {"content_type": "text/html"}, {"size": 10 * 2**20 + 1}, {"size": 0}]
)
def test_other_kinds_and_sizes_get_no_form(api, images, fields):
    body = {"content_type": "image/png", "size": 10} | fields

    assert api.post(images.path, body, role="staff").code == "validation_failed"


def test_completing_again_shows_it_once(images, bucket):
    image_id = images.upload(picture())

    first, again = images.complete(image_id), images.complete(image_id)
    assert first.json == again.json
    assert (len(images.shown()), len(bucket.keys())) == (1, 2)


def test_a_form_that_is_used_again_replaces_nothing(images, bucket):
    made = images.announce(picture()).json
    bucket.upload(made["upload"], picture())
    shown, held = images.complete(made["image_id"]).json, bucket.contents()

    bucket.upload(made["upload"], picture(size=(1, 1)))
    assert images.complete(made["image_id"]).json == shown
    assert {key: bucket.contents()[key] for key in held} == held


def test_of_two_completions_at_once_with_two_uploads_one_is_shown_and_the_other_leaves_nothing(
    images, bucket, worker, monkeypatch
):
    from chalicelib import config

    made = images.announce(picture()).json
    bucket.upload(made["upload"], picture())
    put, others = config.bucket.put, iter([True])

    def overtaken(key, content, content_type):
        put(key, content, content_type)
        if next(others, False):
            bucket.upload(made["upload"], picture(size=(9, 9)))
            assert images.complete(made["image_id"]).json["width"] == 9

    monkeypatch.setattr(config.bucket, "put", overtaken)
    assert images.complete(made["image_id"]).json["width"] == 9
    assert {opened(content).size for content in bucket.contents().values()} == {(9, 9)}


def test_a_completion_that_finds_the_upload_taken_by_another_shows_that_ones_picture(images, bucket, monkeypatch):
    from chalicelib import config

    image_id = images.upload(picture())
    read, others = config.bucket.read, iter([True])

    def overtaken(key):
        if next(others, False):
            assert images.complete(image_id).status == 200
        return read(key)

    monkeypatch.setattr(config.bucket, "read", overtaken)
    assert images.complete(image_id).json == images.shown()[0]


def camera_tags(orientation=None):
    tags = Image.Exif()
    tags[0x010F] = "A camera at home"
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 29: "2026:01:01"})
    if orientation:
        tags[0x0112] = orientation
    return tags


@pytest.mark.parametrize("kind", TYPES)
def test_no_stored_object_says_where_a_picture_was_taken(images, bucket, kind):
    content = picture(kind, exif=camera_tags().tobytes())
    assert b"A camera at home" in content

    assert images.add(content, TYPES[kind]).status == 200
    for stored in bucket.contents().values():
        assert b"A camera at home" not in stored
        assert not opened(stored).getexif()


def test_what_is_hidden_behind_a_picture_is_not_kept(images, bucket):
    hidden = b"<html><script>alert(1)</script></html>PK\x03\x04"
    images.add(picture("JPEG", comment=hidden) + hidden, "image/jpeg")

    assert all(b"script" not in stored for stored in bucket.contents().values())


@pytest.mark.parametrize(
    ("kind", "orientation"), [*(("JPEG", number) for number in range(1, 9)), ("PNG", 6), ("WEBP", 6)]
)
def test_a_picture_stands_upright(images, bucket, kind, orientation):
    drawn = Image.new("RGB", (300, 200), "white")
    drawn.paste("red", (0, 0, 150, 100))
    turned = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)
    as_taken = drawn if turned is None else drawn.transpose(Image.Transpose(turned))
    out = io.BytesIO()
    as_taken.save(out, kind, exif=camera_tags(orientation), quality=95)

    shown = images.add(out.getvalue(), TYPES[kind]).json
    assert (shown["width"], shown["height"]) == (300, 200)
    seen = bucket.behind(shown["url"]).convert("RGB")
    corners = [seen.getpixel(at)[1] < 128 for at in ((20, 20), (280, 20), (20, 180), (280, 180))]
    assert (seen.size, corners) == ((300, 200), [True, False, False, False])


def test_alpha_is_kept_and_palettes_greys_inks_and_sixteen_bits_look_as_they_should(images, bucket):
    clear = Image.new("RGBA", (300, 200), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 150, 200))
    pictures = [
        (clear, "PNG", (0, 0, 255, 255)),
        (clear.quantize(), "PNG", (0, 0, 255, 255)),
        (Image.new("P", (300, 200), 0), "PNG", (0, 0, 0, 255)),
        (Image.new("1", (300, 200), 1), "PNG", (255, 255, 255, 255)),
        (Image.new("LA", (300, 200), (99, 120)), "PNG", (99, 99, 99, 120)),
        (Image.new("I;16", (300, 200), 25_700), "PNG", (100, 100, 100, 255)),
        (Image.new("CMYK", (300, 200), (255, 0, 0, 0)), "JPEG", (0, 255, 255, 255)),
        (Image.new("L", (300, 200), 77), "JPEG", (77, 77, 77, 255)),
        (clear, "WEBP", (0, 0, 255, 255)),
    ]
    for image, kind, expected in pictures:
        out = io.BytesIO()
        image.save(out, kind, **({"lossless": True} if kind == "WEBP" else {}))
        shown = images.add(out.getvalue(), TYPES[kind]).json
        seen = bucket.behind(shown["thumb_url"]).convert("RGBA")
        assert all(abs(a - b) < 8 for a, b in zip(seen.getpixel((5, 5)), expected, strict=True)), (image.mode, kind)
        if image is clear:
            assert seen.getpixel((155, 50))[3] == 0


def test_of_an_animation_the_first_frame_is_shown(images, bucket):
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)

    seen = bucket.behind(images.add(out.getvalue(), "image/webp").json["url"])
    assert getattr(seen, "n_frames", 1) == 1
    assert seen.convert("RGB").getpixel((5, 5))[0] > 200


def test_a_job_that_comes_twice_makes_the_same_again(images, bucket, worker):
    worker.busy = True
    image_id = images.upload(picture(size=(700, 500)))
    images.complete(image_id)
    (job,) = worker.jobs()

    worker.do(job["Body"])
    once, shown = bucket.contents(), images.shown()
    worker.do(job["Body"])
    worker.do(json.dumps(json.loads(job["Body"]) | {"again": True}))
    assert (bucket.contents(), images.shown()) == (once, shown)


def test_a_worker_that_was_killed_half_way_is_followed_by_one_that_finishes(images, bucket, worker, monkeypatch):
    from chalicelib import config

    worker.busy = True
    images.add(picture(size=(700, 500)))
    (job,) = worker.jobs()
    for calls_before in (1, 2, 3):
        with monkeypatch.context() as patched:
            patched.setattr(config.bucket, "put", killed_after(calls_before, config.bucket.put))
            with pytest.raises(KeyboardInterrupt):
                worker.do(job["Body"])
        assert images.shown() == []
    worker.do(job["Body"])
    assert len(images.shown()[0]["renditions"]) == 3


def killed_after(number, call):
    left = iter(range(number - 1))

    def killed(*arguments):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return call(*arguments)

    return killed


def test_a_picture_that_is_deleted_while_renditions_are_made_leaves_nothing(images, bucket, worker, monkeypatch):
    from chalicelib import config

    worker.busy = True
    image_id = images.add(picture(size=(700, 500))).json["id"]
    (job,) = worker.jobs()
    put, first = config.bucket.put, iter([True])

    def deleted_meanwhile(*arguments):
        put(*arguments)
        if next(first, False):
            assert images.delete(image_id).status == 204

    monkeypatch.setattr(config.bucket, "put", deleted_meanwhile)
    worker.do(job["Body"])
    worker.do(job["Body"])
    assert (images.shown("staff"), bucket.keys()) == ([], [])


def test_staff_change_move_archive_and_delete_while_renditions_are_made(api, images, worker, product):
    worker.busy = True
    ids = [images.add(picture(size=(width, 9))).json["id"] for width in (1, 2, 3)]
    assert images.change(ids[2], alt="Front", position=0).json["alt"] == "Front"
    assert images.delete(ids[1]).status == 204
    assert api.delete(f"/products/{product['id']}", role="staff").status == 204

    worker.work()
    shown = images.shown("staff")
    assert [(one["id"], one["alt"], one["status"]) for one in shown] == [
        (ids[2], "Front", "ready"),
        (ids[0], "", "ready"),
    ]


def test_text_and_order_can_be_changed_and_the_first_picture_is_the_thumbnail(api, images):
    ids = [images.add(picture(size=(width, 1))).json["id"] for width in (1, 2, 3)]

    assert images.change(ids[2], position=0, alt="Front").json["alt"] == "Front"
    shown = images.shown()
    assert [one["id"] for one in shown] == [ids[2], ids[0], ids[1]]
    assert api.get("/products").json["items"][0]["thumb_url"] == shown[0]["thumb_url"]
    assert api.get("/variants?sku=LAMP").json["items"][0]["thumb_url"] == shown[0]["thumb_url"]
    assert images.change("img_none", alt="x").status == 404


def test_a_removed_picture_is_gone_from_the_bucket_too(images, bucket):
    image_id = images.add(picture(size=(700, 500))).json["id"]

    assert images.delete(image_id, If_Match='"9"').status == 412
    assert images.delete(image_id).status == 204
    assert (images.shown(), bucket.keys()) == ([], [])
    assert images.delete(image_id).status == 404


def test_a_products_pictures_are_limited(images, worker):
    worker.busy = True
    from chalicelib.images import domain

    domain._WAIT_SECONDS = 0
    for _ in range(20):
        assert images.add(picture()).status == 200

    assert images.announce().code == "limit_reached"


def test_completing_costs_two_reads_a_write_and_a_read_for_each_look(images, calls):
    image_id = images.upload(picture())
    calls.clear()
    images.complete(image_id)

    assert calls.dynamodb[:4] == ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]
