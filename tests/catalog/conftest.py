"""Unit tests of catalog-service: its routes over fresh tables in moto, in a process of their own."""

from tests.support.services import prepare

prepare("catalog")

from tests.support.fixtures import api, aws, calls, service_name, shop_clock  # noqa: E402, F401
