"""The command line. Each command is loaded when it is called, so that the others' libraries cost nothing."""

import importlib
from typing import Any

import click

COMMANDS = {
    "up": ("tools.shop.up:up", "Run the whole shop until Ctrl-C."),
    "dev": ("tools.shop.dev:dev", "Restart one service whenever its files change, and show its log."),
    "seed": ("tools.shop.operate:seed", "Fill the running shop with the demo data."),
    "import": ("tools.shop.transfer:import_", "Bring products in from a CSV, JSON lines or ZIP file."),
    "export": ("tools.shop.transfer:export", "Write all products to a CSV or JSON lines file."),
    "token": ("tools.shop.operate:token", "Print a service token, such as of orders for catalog."),
    "clock": ("tools.shop.operate:clock", "Move the clock of all local services: +16m, -1h, reset, show."),
    "keys": ("tools.shop.keys:keys", "Replace or list the keys that a service signs with."),
    "admin": ("tools.shop.operate:admin", "Make administrators and staff."),
    "repair": ("tools.shop.repair:repair", "Prove that lists, counts and offers are as the products say."),
    "reconcile": ("tools.shop.reconcile:reconcile", "Compare payments, orders and reservations, and mend."),
    "stuck": ("tools.shop.reconcile:stuck", "List orders that do not come to rest."),
    "search": ("tools.shop.search:search", "Make the search index anew, or prove it right."),
    "redrive": ("tools.shop.redrive:redrive", "Move what queues gave up back to them, or list it."),
    "mails": ("tools.shop.mails.command:mails", "Write the mail templates from their sources."),
    "package": ("tools.shop.package:command", "Build each service's zip as it will be deployed."),
    "pictures": ("tools.shop.pictures:pictures", "Compare the products' pictures with the bucket, and mend."),
    "layers": ("tools.shop.layers:command", "Publish the layers of functions, for `chalice deploy` by hand."),
    "event-sources": ("tools.shop.event_sources:command", "Set how streams are tried, after `chalice deploy` by hand."),
    "deploy": ("tools.shop.cloud:deploy", "Deploy the services with `chalice deploy`."),
}


class Lazy(click.Group):
    """Knows the commands' names and summaries without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "ignore_unknown_options": True})
def shop(**_: Any) -> None:
    """The shop on this machine. SHOP_PORT (8080) is the first of its six ports, SHOP_HOME (.shop) its folder."""


def main() -> None:
    shop(prog_name="run.py")
