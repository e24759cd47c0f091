"""The mails as text and HTML, from the templates that `run.py mails` writes.

What a person typed is escaped in HTML, kept out of subjects, and greeted with only if it is a name and nothing more.
"""

import re
import unicodedata
from pathlib import Path

from chalicelib import config
from common.mail import Letter, Templates, moment

_LONGEST_NAME, _MOST_WORDS = 60, 6
# Letters with their accents, and what stands between them. A dot only ends a word or an initial: no domain, no address,
# no number to call.
_NAME = re.compile(r"(?:[LM]|[-'’,] ?| |\.(?=$|[ ,]|L\.))+")
_templates = Templates(Path(__file__).with_name("templates"))


def write(kind: str, to: str, name: str, at: float, path: str) -> Letter:
    """The mail of this kind. `at` is when what it tells of happened, `path` the page of the shop that it leads to."""
    facts = {
        "name": name if is_plain(name) else "",
        "at": moment(at),
        "link": config.PUBLIC_URL + path,
        "password_page": f"{config.PUBLIC_URL}/forgot-password",
        "support": config.SUPPORT_EMAIL,
    }
    return _templates.write(kind, to, facts)


def is_plain(name: str) -> bool:
    """Whether it can only be taken for a name. A mail client makes links of whatever looks like an address."""
    shape = "".join(_shape(sign) for sign in name)
    return len(name) <= _LONGEST_NAME and len(name.split()) <= _MOST_WORDS and bool(_NAME.fullmatch(shape))


def _shape(sign: str) -> str:
    kind = unicodedata.category(sign)[0]
    return kind if kind in "LM" else sign
