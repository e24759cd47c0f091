"""People with accounts in a running shop, and where something of them could be left."""

import io
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import boto3
from PIL import Image
from pypdf import PdfReader

from tests.support.running_shop import Shop
from tests.system.buyers import Buyer
from tests.system.eventually import eventually
from tests.system.web import POOL, Answer, Web, fetch_json

USER_AGENT = "Telephone"


def word(beginning: str) -> str:
    """One that stands nowhere else."""
    return beginning + secrets.token_hex(6)


@dataclass
class Person:
    """Somebody all of whose data are words of their own; `secrets` are those of every log-in."""

    shop: Shop
    email: str = field(default_factory=lambda: word("annegret-") + "@shop.example")
    password: str = field(default_factory=lambda: word("päss wört "))
    name: str = field(default_factory=lambda: f"{word('Annegret')} {word('Vögel')}")
    address: dict[str, Any] = field(
        default_factory=lambda: {
            "name": word("Annegrét"),
            "line1": f"{word('Nachtigallenweg')} 17",
            "line2": word("Hinterhaus"),
            "city": word("Wuppertal"),
            "region": word("Westfalen"),
            "postal_code": word("42")[:12],
            "country": "DE",
            "phone": f"+49 {secrets.randbelow(10**12)}",
        }
    )
    session: dict[str, Any] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.session["user"]["id"])

    @property
    def web(self) -> Web:
        return Web(self.shop.url, self.session["access_token"])

    @property
    def login(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}

    def registers(self) -> "Person":
        """And confirms the address."""
        web = Web(self.shop.url)
        assert web.post("/users", {**self.login, "name": self.name}).status == 202
        confirmed = web.post("/email-verifications/confirm", {"token": self.mailed_token()})
        assert confirmed.status == 204, confirmed
        return self

    def logs_in(self) -> "Person":
        answer = Web(self.shop.url).post("/sessions", self.login, User_Agent=USER_AGENT)
        assert answer.status == 201, answer
        self.session = answer.json
        self.secrets += [answer.json[name] for name in ("access_token", "refresh_token", "device_token")]
        return self

    def mails(self) -> list[dict[str, Any]]:
        """Newest first."""
        return list(fetch_json(f"{self.shop.url}/_inbox?to={self.email}")["items"])

    def mailed_token(self) -> str:
        """The one that was mailed last and not seen before."""

        def fresh() -> str | None:
            links = [link for mail in self.mails() for link in mail["links"] if "token=" in link]
            tokens = [link.partition("token=")[2] for link in links]
            return next((token for token in tokens if token not in self.secrets), None)

        found = eventually(fresh)
        assert found, self.mails()
        self.secrets.append(found)
        return found

    def has_an_address_and_a_picture(self) -> bytes:
        """The picture's bytes."""
        made = self.web.post("/users/me/addresses", self.address)
        assert made.status == 201, made
        content = random_picture()
        form = self.web.post("/users/me/avatar", {"content_type": "image/png", "size": len(content)}).json["upload"]
        assert upload(form, content) == 204
        completed = self.web.post("/users/me/avatar/complete")
        assert completed.status == 200, completed
        return content

    def buys(self, sku: str, payment_method: str = "pm_card_visa") -> Answer:
        buyer = Buyer(self.web).with_one(sku)
        billing = {**self.address, "line1": f"{self.address['line2']} 4"}
        return buyer.place(
            buyer.order_form(payment_method) | {"shipping_address": self.address, "billing_address": billing}
        )

    def receives(self, staff: Web, sku: str) -> str:
        """Buy it and get it, in a parcel with a number of its own; the order's id."""
        bought, number = self.buys(sku).json["id"], word("JJD-")
        delivers(staff, bought, tracking_number=number)
        self.told.append(number)
        return str(bought)

    def reviews(self, product_id: str, rating: int = 5) -> Answer:
        """As soon as the catalogue knows that it was received."""
        said = {name: word(name) for name in ("title", "text", "author")}
        own = f"/products/{product_id}/own-review"
        assert eventually(lambda: self.web.get(own).json["received"], within_s=60)  # a message in hand comes later
        self.told += said.values()
        return self.web.post(f"/products/{product_id}/reviews", {"rating": rating, **said})

    def words(self) -> list[str]:
        """Everything that tells of the person."""
        address = {**self.address, "country": ""}.values()
        return [self.email, *self.name.split(), *(text for text in address if text), *self.told]


def delivers(staff: Web, order_id: str, **parcel: str) -> None:
    """The staff ship all of an order, and hear that it has arrived."""
    shipped = staff.post(
        f"/orders/{order_id}/shipments", {"carrier": "DHL", **parcel}, Idempotency_Key=secrets.token_hex(8)
    )
    assert (shipped.status, shipped.json["status"]) == (201, "shipped"), shipped
    assert staff.post(f"/orders/{order_id}/deliver").json["status"] == "delivered"


def upload(form: dict[str, Any], content: bytes) -> int:
    fields = [*form["fields"].items(), ("file", ("picture", content, form["fields"]["Content-Type"]))]
    return POOL.request("POST", form["url"], fields=fields).status


def random_picture() -> bytes:
    written = io.BytesIO()
    Image.frombytes("RGB", (16, 16), secrets.token_bytes(16 * 16 * 3)).save(written, "png")
    return written.getvalue()


def left_in(text: str, words: list[str]) -> list[str]:
    """Those of the words that stand in the text, however they are written: plain, in an address, or in JSON."""
    variants = "\n".join({text, unquote(text), unescaped(text), unquote(unescaped(text))}).lower()
    return [one for one in words if one.lower() in variants]


def unescaped(text: str) -> str:
    """Lines of JSON with all their letters as such."""
    return "\n".join(json.dumps(read, ensure_ascii=False) for line in text.splitlines() if (read := parsed(line)))


def parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def readable(content: bytes) -> str:
    """The letters of a file, and those that a reader of PDF sees; words may be broken at the end of a line."""
    if not content.startswith(b"%PDF"):
        return content.decode("latin-1")
    lines = [line for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().splitlines()]
    return "\n".join([content.decode("latin-1"), " ".join(lines), "".join(lines)])


class Places:
    """Where a shop keeps things: tables with their outboxes, buckets, queues, logs."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def aws(self, service: str) -> Any:
        client: Any = boto3.Session("test", "test", region_name="eu-central-1").client
        return client(service, endpoint_url=self.shop.ports.url("aws"))

    def items(self) -> Iterator[dict[str, Any]]:
        """Every item of every table."""
        dynamodb = self.aws("dynamodb")
        for table in dynamodb.list_tables()["TableNames"]:
            for page in dynamodb.get_paginator("scan").paginate(TableName=table):
                yield from ({"table": table, **item} for item in page["Items"])

    def tables(self) -> str:
        return "\n".join(json.dumps(item, default=str) for item in self.items())

    def objects(self) -> dict[str, bytes]:
        """Every object of every bucket, by bucket and key."""
        s3 = self.aws("s3")
        buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        pages = [(name, page) for name in buckets for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name)]
        keys = [(name, found["Key"]) for name, page in pages for found in page.get("Contents", [])]
        return {f"{name}/{key}": s3.get_object(Bucket=name, Key=key)["Body"].read() for name, key in keys}

    def buckets(self) -> str:
        return "\n".join(f"{key} {readable(body)}" for key, body in self.objects().items())

    def queues(self) -> str:
        """The messages of all queues, also those that are held back: the emulator writes them down each two seconds."""
        return (self.shop.home.aws / "sqs.json").read_text("utf-8")

    def provider(self) -> str:
        """All that the payment provider was told."""
        files = [path for path in self.shop.home.payments.rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode("latin-1") for path in files)

    def logs(self) -> str:
        return "\n".join(path.read_text("utf-8") for path in sorted(self.shop.home.logs.glob("*.log")))
