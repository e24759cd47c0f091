"""Any sequence of edits by staff, and of units that come and go, leaves everything as the products say."""

import boto3
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from moto import mock_aws

import app
from tests.catalog.conftest import Shop, Stream, euros
from tests.support import services
from tests.support.api import connected

places = st.integers(0, 2)
slugs = st.sampled_from(["a", "b"])
languages = st.sampled_from(["de", "de-AT"])
prices = st.dictionaries(st.sampled_from(["USD", "JPY"]), st.integers(0, 9), max_size=2)
categories = st.lists(places, max_size=2, unique=True)
statuses = st.sampled_from(["draft", "active", "archived"])
names = st.sampled_from(["One", "Two"])
variants = st.dictionaries(st.sampled_from(["A", "B", "C"]), prices, max_size=2)


def further(found):
    return [{"price": {"amount": amount, "currency": code}} for code, amount in found.items()]


def described(wanted):
    return [{"sku": sku, "price": euros(5), "prices": further(found), "stock": 1} for sku, found in wanted.items()]


class Editing(RuleBasedStateMachine):
    """Two slugs, three SKUs and a tree of three categories, so that most edits meet others; refusals are welcome."""

    def __init__(self):
        super().__init__()
        self.mock = mock_aws()
        self.mock.start()
        for table in services.tables("catalog"):
            boto3.client("dynamodb").create_table(**table)
        self.connection = connected(app.app, "catalog")
        self.shop = Shop(self.connection.__enter__())
        from chalicelib.categories import domain
        from chalicelib.stock import counters

        domain.forget()
        counters.forget()
        top = self.shop.category("c0")
        self.tree = [top, self.shop.category("c1", top), self.shop.category("c2")]
        self.made = []
        self.stream = Stream()

    def teardown(self):
        """What is wrong after an edit stays wrong: looking once, at the end, finds it too."""
        try:
            self.everything_is_as_the_products_say()
        finally:
            self.connection.__exit__(None, None, None)
            self.mock.stop()

    def edit(self, place, **fields):
        if self.made:
            product = self.made[place % len(self.made)]
            version = self.shop.read(product, role="staff").json["version"]
            answer = self.shop.change({"id": product}, version=version, **fields)
            assert answer.status in (200, 409), answer

    @rule(slug=slugs, name=names, status=st.sampled_from(["draft", "active"]), wanted=variants, chosen=categories)
    def make(self, slug, name, status, wanted, chosen):
        ids = [self.tree[one] for one in chosen]
        made = self.shop.create(slug, name=name, status=status, variants=described(wanted), category_ids=ids)
        if made.status == 201:
            self.made.append(made.json["id"])

    @rule(place=places, name=names, slug=slugs)
    def rename(self, place, name, slug):
        self.edit(place, name=name, slug=slug)

    @rule(place=places, status=statuses)
    def set_status(self, place, status):
        self.edit(place, status=status)

    @rule(place=places, chosen=categories)
    def move(self, place, chosen):
        self.edit(place, category_ids=[self.tree[one] for one in chosen])

    @rule(place=places, wanted=variants)
    def replace_variants(self, place, wanted):
        self.edit(place, variants=described(wanted))

    @rule(place=places, language=languages, name=names)
    def translate(self, place, language, name):
        self.edit(place, translations={language: {"name": name}})

    @rule(sku=st.sampled_from(["A", "B", "C"]), on_hand=st.integers(0, 1))
    def count(self, sku, on_hand):
        self.shop.set_stock(sku, on_hand)

    def everything_is_as_the_products_say(self):
        from chalicelib.products import repair

        self.stream.deliver()
        repair.DECIMALS = ("EUR", "USD", "JPY")
        assert list(repair.Repair(dry_run=True).run()) == []


Editing.TestCase.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.usefixtures("fresh_process")
class TestEditing(Editing.TestCase):
    pass
