"""Imports and exports of a running shop, by the commands and through kills."""

import csv
import io
import json
import secrets
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.running_shop import Shop
from tests.system.eventually import eventually
from tests.system.web import POOL, Web, all_at_once
from tools.shop.home import ROOT


class Operator:
    """A member of staff, with the commands and the API."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.login = shop.account("staff")
        self.password = shop.home.path / f"password-{secrets.token_hex(4)}"
        self.password.write_text(self.login["password"])
        session = Web(shop.url).post("/sessions", self.login)
        self.web = Web(shop.url, session.json["access_token"])

    def command(self, *words: str) -> list[str]:
        who = ["--email", self.login["email"], "--password-file", str(self.password)]
        return [sys.executable, "-m", "tools.shop", *words, *who]

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*words), cwd=ROOT, env=self.shop.environment, capture_output=True, text=True, check=False
        )

    def category(self) -> str:
        slug = f"c-{secrets.token_hex(4)}"
        assert self.web.post("/categories", {"slug": slug, "name": "Things"}).status == 201
        return slug

    def upload(self, content: bytes, kind: str = "csv") -> str:
        made = self.web.post("/imports", {"format": kind, "size": len(content)}).json
        fields = [*made["upload"]["fields"].items(), ("file", ("file", content, "text/csv"))]
        assert POOL.request("POST", made["upload"]["url"], fields=fields).status == 204
        return str(made["id"])

    def status(self, import_id: str) -> dict[str, Any]:
        return dict(self.web.get(f"/imports/{import_id}").json)

    def ended(self, import_id: str) -> dict[str, Any]:
        found = eventually(lambda: (seen := self.status(import_id))["status"] != "running" and seen, within_s=90)
        return found or self.status(import_id)


@pytest.fixture(scope="module")
def staff(shop: Shop) -> Operator:
    return Operator(shop)


def rows(name: str, number: int, category: str) -> bytes:
    """Products of two variants each."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["slug", "name", "category_slugs", "status", "sku", "option:Size", "price", "stock"])
    for one in range(number):
        writer.writerow(
            [f"{name}-{one}", f"Thing {one}", category, "active", f"{name}-{one}-S", "S", 100 + one, one % 9]
        )
        writer.writerow([f"{name}-{one}", "", "", "", f"{name}-{one}-L", "L", 200 + one, 1])
    return out.getvalue().encode()


def test_a_service_that_is_killed_in_the_middle_leaves_the_same_catalogue(shop, staff):
    category, name, number = staff.category(), f"k{secrets.token_hex(3)}", 300
    import_id = staff.upload(rows(name, number, category))
    all_at_once([lambda: staff.web.post(f"/imports/{import_id}/start")] * 4)
    assert eventually(lambda: staff.status(import_id)["done"])
    shop.kill("catalog")
    view = staff.ended(import_id)

    assert (view["status"], view["rows"], view["done"], view["failed"]) == ("done", 2 * number, 2 * number, 0)
    (found,) = [one for one in staff.web.get("/categories").json["items"] if one["slug"] == category]
    assert found["product_count"] == number
    made = [staff.web.get(f"/products/{name}-{one}").json for one in range(0, number, 7)]
    assert {product["version"] for product in made} == {1}
    assert [[(v["sku"], v["price"]["amount"], v["available"]) for v in product["variants"]] for product in made] == [
        [(f"{name}-{one}-S", 100 + one, one % 9), (f"{name}-{one}-L", 200 + one, 1)] for one in range(0, number, 7)
    ]


def test_what_was_exported_is_imported_without_a_change(staff, tmp_path):
    name = f"e{secrets.token_hex(3)}"
    (tmp_path / "in.csv").write_bytes(rows(name, 20, staff.category()))
    assert staff.run("import", str(tmp_path / "in.csv")).returncode == 0
    before = [staff.web.get(f"/products/{name}-{one}").json for one in range(20)]
    texts = []
    for ending in ("csv", "jsonl"):
        file = tmp_path / f"out.{ending}"
        assert staff.run("export", str(file)).returncode == 0
        again = staff.run("import", str(file))
        assert (again.returncode, again.stdout) == (0, "")
        texts.append(file.read_text())

    assert [staff.web.get(f"/products/{name}-{one}").json for one in range(20)] == before
    lines = [json.loads(line) for line in texts[1].splitlines()]
    assert len([one for one in lines if one["slug"].startswith(name)]) == 20
    assert texts[0].count(f"\n{name}-") == 40


def test_bad_rows_are_printed_and_are_the_exit_status(staff, tmp_path):
    file, slug = tmp_path / "bad.csv", f"b{secrets.token_hex(3)}"
    file.write_text(f"slug,name,sku,price\n{slug},Fine,{slug},100\n{slug}-2,Bad,{slug}-2,cheap\n")
    done = staff.run("import", str(file))
    (tmp_path / "no.csv").write_bytes(b"\xff\xfe")
    unreadable = staff.run("import", str(tmp_path / "no.csv"))

    assert done.returncode == 1
    assert done.stdout == "line 3: price: Expected `int`, got `str`\n"
    assert "1 of 2 rows came in, 1 failed" in done.stderr
    assert (unreadable.returncode, unreadable.stderr) == (1, "Error: not_utf8: The file is not text in UTF-8.\n")
    assert staff.run("import", "--resume", "imp_none").returncode == 1


def test_ctrl_c_leaves_the_import_running_and_says_how_to_look_again(staff, tmp_path):
    file, name = tmp_path / "many.csv", f"r{secrets.token_hex(3)}"
    file.write_bytes(rows(name, 250, staff.category()))
    command = subprocess.Popen(
        staff.command("import", str(file)), cwd=ROOT, env=staff.shop.environment, stderr=subprocess.PIPE, text=True
    )
    assert eventually(lambda: [one for one in newest(staff) if one["status"] == "running"])
    (running,) = [one["id"] for one in newest(staff) if one["status"] == "running"]
    command.send_signal(signal.SIGINT)
    _, said = command.communicate(timeout=30)

    assert command.returncode == 130
    assert f"run.py import --resume {running}" in said
    assert staff.run("import", "--resume", running).returncode == 0
    assert staff.status(running)["done"] == 500


def newest(staff: Operator) -> list[dict[str, Any]]:
    return list(staff.web.get("/imports?limit=3").json["items"])


def test_pictures_of_an_archive_are_shown_once_however_often_it_is_imported(staff, tmp_path):
    slug, file = f"p{secrets.token_hex(3)}", tmp_path / "lamp.zip"
    archive(file, slug)
    for _ in range(2):
        done = staff.run("import", str(file))
        assert done.returncode == 1
        assert {line.split(":")[0] for line in done.stdout.splitlines()} == {"line 3"}
        product = staff.web.get(f"/products/{slug}").json
        assert [(one["status"], one["width"], one["alt"]) for one in product["images"]] == [("ready", 320, "Lamp")]


def archive(file: Path, slug: str) -> None:
    picture = io.BytesIO()
    Image.radial_gradient("L").resize((320, 240)).convert("RGB").save(picture, "PNG")
    lines = ["slug,name,status,images", f"{slug},Lamp,active,lamp.png", f"{slug}-2,Cup,active,none.png|text.png"]
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("products.csv", "\n".join(lines))
        made.writestr("images/lamp.png", picture.getvalue())
        made.writestr("images/text.png", b"no picture")
