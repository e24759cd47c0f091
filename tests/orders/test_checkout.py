"""Buying a cart: every answer of POST /orders, and what each leaves behind."""

from chalicelib.checkout.effects import PaymentStatus


def test_a_guest_buys_and_gets_the_confirmed_order(shop, catalog, provider):
    shop.puts("LAMP.1", 2)

    answer = shop.buys()

    order = answer.json
    assert (answer.status, order["status"]) == (201, "confirmed")
    assert answer.headers["Location"] == f"/orders/{order['id']}"
    assert order["total"] == {"amount": 2 * 1999 + 490, "currency": "EUR"}
    assert order["payment"]["captured"] == order["total"]
    assert (catalog.left("LAMP.1"), provider.statuses()) == (3, [PaymentStatus.CAPTURED])
    assert shop.cart()["items"] == []
