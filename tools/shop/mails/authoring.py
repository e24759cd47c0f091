"""Makes the templates that services ship: one frame, a service's layout, each mail's words, styles in the elements.

`<service>.toml` has the words of a service's mails, `<service>.html` and `.txt` what stands in the frame. Mail clients
drop style sheets, so css-inline writes them into `style` attributes. That is done here, since its wheel would not fit
into a service's zip. What is filled in when a mail is sent stays as `{{ … }}`.

css-inline reads HTML as browsers do: within a table, `{% … %}` may stand in cells only.
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
MAILERS = ("users", "orders")


def shipped(service: str) -> Path:
    return ROOT / f"{service}-service" / "chalicelib" / "mail" / "templates"


def templates(service: str) -> Iterator[tuple[str, str]]:
    """Name and text of every file to ship: `<kind>.txt` begins with the subject and an empty line."""
    for kind, mail in words(service).items():
        yield f"{kind}.txt", render(f"{service}.txt", mail)
        yield f"{kind}.html", inliner().inline(render(f"{service}.html", mail)) + "\n"


def words(service: str) -> dict[str, Any]:
    """Each mail's, over what the file's `[common]` says of all."""
    mails: dict[str, Any] = tomllib.loads((HERE / f"{service}.toml").read_text("utf-8"))
    common = mails.pop("common")
    return {kind: common | mail for kind, mail in mails.items()}


def render(layout: str, mail: dict[str, Any]) -> str:
    style = Markup((HERE / "style.css").read_text("utf-8"))  # noqa: S704 - our own style sheet
    return environment().get_template(layout).render(mail=mail, style=style)


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
    return [path for service in MAILERS for path in write_for(service)]


def write_for(service: str) -> list[Path]:
    made, folder = dict(templates(service)), shipped(service)
    folder.mkdir(exist_ok=True)
    for stale in {path.name for path in folder.iterdir()} - made.keys():
        (folder / stale).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in made]
