"""The 3-D Secure page: opening it completes the authentication, `/fail` after its address fails it."""

from html import escape
from urllib.parse import urlencode

from tools.shop.payments.api import Api, Request
from tools.shop.payments.authorisation import authenticated, not_authenticated, settle
from tools.shop.payments.models import Intent

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{{font:1.1rem system-ui;margin:15vh auto;
max-width:28rem;padding:0 1rem;text-align:center}}a{{color:#0a5}}</style></head>
<body><h1>{title}</h1><p>{text}</p>{links}</body></html>"""


def open_page(api: Api, origin: str, path: str) -> tuple[int, str]:
    """`path` is that of next_action.redirect_to_url.url, perhaps with `/fail`; returns a status and a page."""
    failing = path.endswith("/fail")
    url = origin + path.removesuffix("/fail")
    with api.store.transaction():
        call = api.call(Request("GET", path))
        settle(call)
        intent = api.store.find(Intent, path.split("/")[2])
        if intent is None:
            return 404, _page("Unknown payment", "There is no such payment.", None)
        # Once used, the address is taken off the intent: opening it again changes nothing.
        if intent.status == "requires_action" and intent.authentication_url == url:
            (not_authenticated if failing else authenticated)(call, intent)
    return _result(intent)


def _result(intent: Intent) -> tuple[int, str]:
    if intent.status in ("requires_capture", "succeeded"):
        return 200, _page("Payment confirmed", "Your bank has confirmed that this is you.", intent)
    if intent.last_payment_error:
        return 200, _page("Payment not confirmed", "Your bank has not confirmed this payment.", intent)
    return 410, _page("Too late", "This payment no longer waits for you.", intent)


def _page(title: str, text: str, intent: Intent | None) -> str:
    links = f'<p><a href="{escape(_back(intent))}">Back to the shop</a></p>' if intent and intent.return_url else ""
    return _PAGE.format(title=escape(title), text=escape(text), links=links)


def _back(intent: Intent) -> str:
    """The return_url with what Stripe adds to it."""
    done = "succeeded" if intent.status in ("requires_capture", "succeeded") else "failed"
    facts = {"payment_intent": intent.id, "payment_intent_client_secret": intent.client_secret, "redirect_status": done}
    url = intent.return_url or ""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(facts)}"
