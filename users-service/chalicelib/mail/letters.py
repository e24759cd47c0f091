"""The mails as text and simple HTML. What a person typed is escaped in HTML and kept out of subjects."""

import html
from dataclasses import dataclass

_PAGE = '<!doctype html><html><body style="font-family: sans-serif; line-height: 1.5">{}</body></html>'


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str
    html: str


def confirm_address(to: str, name: str, link: str) -> Letter:
    lines = [
        f"Hello {name},",
        "please confirm that this is your e-mail address:",
        link,
        "The link works once, for 24 hours. If you did not make an account with us, ignore this mail.",
    ]
    return _letter(to, "Confirm your e-mail address", lines, link)


def address_taken(to: str, name: str, link: str) -> Letter:
    lines = [
        f"Hello {name},",
        "somebody, perhaps you, wanted to make an account with this e-mail address. You have one already: log in here.",
        link,
        "If it was not you, there is nothing to do. Nothing was changed.",
    ]
    return _letter(to, "You already have an account", lines, link)


def _letter(to: str, subject: str, lines: list[str], link: str) -> Letter:
    anchor = f'<a href="{html.escape(link)}">{html.escape(link)}</a>'
    paragraphs = (anchor if line == link else html.escape(line) for line in lines)
    page = _PAGE.format("".join(f"<p>{one}</p>" for one in paragraphs))
    return Letter(to, subject, "\n\n".join(lines) + "\n", page)
