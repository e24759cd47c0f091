"""Mail that the shop sent through SES, as the emulator keeps it, for `/_inbox`."""

import html
import json
import re
from datetime import UTC, datetime
from typing import Any

from tools.shop.pages import document
from tools.shop.upstream import Upstream

LINK = re.compile(r"https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]")  # punctuation after a link is the sentence's
STYLE = "<style>iframe{width:100%;height:42rem;border:1px solid #e7e5e4}</style>"
FRAME = "sandbox='allow-popups allow-popups-to-escape-sandbox' title='As HTML'"
BASE = '<base target="_blank">'
HREF = re.compile(r"href=[\"']([^\"']+)[\"']", re.IGNORECASE)


async def read(aws: Upstream) -> list[dict[str, Any]]:
    """Every mail, newest first, one entry a recipient."""
    request = f"GET /_ministack/ses/messages HTTP/1.1\r\nHost: {aws.netloc}\r\n\r\n".encode()
    answer = await aws.exchange(request, repeatable=True, bodiless=False)
    accounts = json.loads(answer.body)["messages"] if answer.status == 200 else {}
    sent = [message for messages in accounts.values() for message in messages]
    mails = [mail(message, to) for message in sent for to in recipients(message)]
    return sorted(mails, key=lambda one: str(one["sent_at"]), reverse=True)


def recipients(message: dict[str, Any]) -> list[str]:
    return [address for kind in ("To", "CC", "BCC") for address in message.get(kind) or []]


def mail(message: dict[str, Any], to: str) -> dict[str, Any]:
    """In the inbox's form; `links` are the addresses in it, each once, in their order."""
    text, markup = message.get("BodyText") or "", message.get("BodyHtml") or ""
    return {
        "to": to,
        "subject": message.get("Subject") or "",
        "text": text,
        "html": markup,
        "links": list(dict.fromkeys([*LINK.findall(text), *map(html.unescape, HREF.findall(markup))])),
        "sent_at": timestamp(message["Timestamp"]),
    }


def timestamp(value: float | str) -> str:
    """RFC 3339 with milliseconds, so that the order of two mails shows."""
    if isinstance(value, str):
        return value
    return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def page(mails: list[dict[str, Any]]) -> str:
    """All mail, for people."""
    if not mails:
        return document("Inbox", "<p>No mail has been sent yet.</p>")
    return document("Inbox", STYLE + "".join(map(entry, mails)))


def entry(one: dict[str, Any]) -> str:
    """The text, the links, and the mail as mail programs show it.

    Its markup is not trusted: it is an attribute here, and its frame runs no script, submits nothing and loads nothing,
    as the page's policy holds in it too. Its links open pages of their own, as they would in a mail program.
    """
    links = "".join(f"<li><a href='{html.escape(url)}'>{html.escape(url)}</a></li>" for url in one["links"])
    frame = f"<iframe {FRAME} srcdoc='{html.escape(BASE + one['html'])}'></iframe>" if one["html"] else ""
    return (
        f"<details><summary><b>{html.escape(one['subject'])}</b> to {html.escape(one['to'])}, "
        f"{html.escape(one['sent_at'])}</summary><pre>{html.escape(one['text'])}</pre><ul>{links}</ul>{frame}</details>"
    )
