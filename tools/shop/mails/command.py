"""`python3 run.py mails`: write the templates that services ship."""

import click

from tools.shop.home import ROOT
from tools.shop.mails import authoring


@click.command()
@click.option("--pictures", is_flag=True, help="Draw docs/images/mail-*.png too (test environment and Chromium).")
def mails(pictures: bool) -> None:
    """Write the mail templates from their words, layout and style sheet in tools/shop/mails."""
    made = authoring.write()
    if pictures:
        from tools.shop.mails.pictures import draw

        made += draw()
    for path in made:
        print(f"{path.stat().st_size:6,} bytes  {path.relative_to(ROOT)}")
