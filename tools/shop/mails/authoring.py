"""Makes the templates that users-service ships: one layout with each mail's words, its styles moved into the elements.

Mail clients drop style sheets, so css-inline writes them into `style` attributes. That is done here, since its wheel
would not fit into the service's zip. What is filled in when a mail is sent stays as `{{ … }}`.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from css_inline import CSSInliner
from markupsafe import Markup

from tools.shop.home import ROOT

HERE = Path(__file__).parent
SHIPPED = ROOT / "users-service" / "chalicelib" / "mail" / "templates"
FOOTER = "Larkfield sent this mail because somebody used this address for an account. It is no advertising."


def templates() -> Iterator[tuple[str, str]]:
    """Name and text of every file to ship: `<kind>.txt` begins with the subject and an empty line."""
    for kind, mail in words().items():
        yield f"{kind}.txt", render("base.txt", mail)
        yield f"{kind}.html", inliner().inline(render("base.html", mail)) + "\n"


def words() -> dict[str, Any]:
    return tomllib.loads((HERE / "mails.toml").read_text("utf-8"))


def render(layout: str, mail: dict[str, Any]) -> str:
    style = Markup((HERE / "style.css").read_text("utf-8"))  # noqa: S704 - our own style sheet
    optional: dict[str, Any] = {"button": None, "after": [], "also": None, "link_is_for_others": False}
    return environment().get_template(layout).render(mail=optional | mail, style=style, footer=FOOTER)


@cache
def environment() -> jinja2.Environment:
    """With other brackets than the shipped templates have."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
    )


@cache
def inliner() -> CSSInliner:
    """What only a style sheet can say stays in one: dark mode and small screens."""
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def write() -> list[Path]:
    """Write what is shipped, and remove what no mail needs any more."""
    made = dict(templates())
    SHIPPED.mkdir(exist_ok=True)
    for stale in {path.name for path in SHIPPED.iterdir()} - made.keys():
        (SHIPPED / stale).unlink()
    for name, text in made.items():
        (SHIPPED / name).write_text(text, encoding="utf-8")
    return [SHIPPED / name for name in made]
