"""Mails as text and as HTML, filled in from a service's own templates and handed to SES.

Only worker functions come here: jinja2 and the client are loaded when they are first needed, so no request pays for
them. SES writes the headers from fields, so nothing that anybody typed can add one.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from common import aws


@dataclass(frozen=True)
class Letter:
    kind: str
    to: str
    subject: str
    text: str
    html: str


class NotSent(Exception):
    """SES did not take a mail. Without SES's own words, which name the address: Lambda would log them."""


class Templates:
    """The folder with `<kind>.txt`, which begins with the subject and an empty line, and `<kind>.html`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, kind: str, to: str, facts: Mapping[str, Any]) -> Letter:
        """The mail of this kind. In HTML every fact is escaped; one that a template wants and lacks is an error."""
        subject, _, text = self._filled(f"{kind}.txt", facts).partition("\n\n")
        return Letter(kind, to, subject, text, self._filled(f"{kind}.html", facts))

    def _filled(self, template: str, facts: Mapping[str, Any]) -> str:
        text: str = _environment(self._folder).get_template(template).render(facts)
        return text


@cache
def _environment(folder: Path) -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def moment(at: float) -> str:
    """A time for people, of whom nothing is known but that they read English."""
    return datetime.fromtimestamp(at, UTC).strftime("%-d %B %Y at %H:%M UTC")


def one_line(text: str) -> str:
    """What somebody typed, without what could begin a line, turn its direction or hide in it."""
    seen = "".join(" " if sign.isspace() else sign for sign in text)
    return " ".join("".join(sign for sign in seen if unicodedata.category(sign)[0] != "C").split())


def send(letter: Letter, source: str, reply_to: str) -> None:
    """Hand the mail to SES, or raise NotSent, so that the queue gives the job again."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        aws.client("ses").send_email(
            Source=source,
            Destination={"ToAddresses": [letter.to]},
            ReplyToAddresses=[reply_to],
            Message={
                "Subject": _utf8(letter.subject),
                "Body": {"Text": _utf8(letter.text), "Html": _utf8(letter.html)},
            },
        )
    except ClientError as error:
        raise NotSent(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise NotSent(type(error).__name__) from None


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
