"""`up`: the whole shop until Ctrl-C, and what it tells about itself."""

import hashlib
import os
import sys
import time
from dataclasses import dataclass, field

import click

from tools.shop import plan
from tools.shop import ports as port_check
from tools.shop.home import ROOT, Home, Ports, read_json, write
from tools.shop.processes import Spec
from tools.shop.supervisor import NotReady, Supervisor

SAVED_SECONDS = 5.0
LOCAL_SECONDS = 90.0
CLOUD_SECONDS = 900.0  # the first deployment fetches and compiles what goes into the packages


@click.command()
@click.option("--fresh", is_flag=True, help="Start with empty tables: removes all data of an earlier run.")
@click.option("--no-seed", is_flag=True, help="Leave the demo data out.")
@click.option("--cloud", is_flag=True, help="Deploy the services into the embedded AWS, with their roles.")
def up(fresh: bool, no_seed: bool, cloud: bool) -> None:
    """Run the whole shop until Ctrl-C."""
    run(fresh=fresh, seeded=not no_seed, cloud=cloud)


def run(*, fresh: bool = False, seeded: bool = True, cloud: bool = False, watch: str | None = None) -> None:
    """Bring it up; with `watch`, restart that service when its files change."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    say = Voice()
    with home.locked() as free:
        if not free:
            running = read_json(home.state).get("supervisor", "?")
            raise click.ClickException(
                f"The shop of {home.path} runs already (process {running}): stop it there, or with `kill {running}`."
            )
        check_ports(ports)
        if fresh:
            home.wipe()
        session = Session(home, ports, say, seeded, watch)
        try:
            home.prepare()
            session.supervisor(cloud).run()
        except NotReady as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:  # a full disk, as a rule
            raise click.ClickException(f"The shop can't go on: {error}. Nothing is left running.") from error
        say("Stopped. Nothing is left running.")


def check_ports(ports: Ports) -> None:
    """All six at once, so that nobody frees them one by one."""
    deadline = time.monotonic() + 2.0
    while taken := port_check.taken(ports.all().values()):
        if time.monotonic() > deadline:  # a shop that has just been killed needs a moment
            raise click.ClickException(port_check.explain(taken))
        time.sleep(0.1)


class Voice:
    """Prints for as long as there is a terminal; a closed one must not keep the shop from stopping in order."""

    def __call__(self, text: str) -> None:
        try:
            print(text, flush=True)
        except OSError:
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - stays open to the end


@dataclass
class Session:
    """What `up` does once the processes run: demo data, the banner, and restarts for `dev`."""

    home: Home
    ports: Ports
    say: Voice
    seeded: bool
    watch: str | None
    started_at: float = field(default_factory=time.monotonic)
    note_seeded_at: float | None = None

    def supervisor(self, cloud: bool) -> Supervisor:
        specs, provision = self.planned(cloud)
        made = Supervisor(self.home, specs, provision, say=self.say, on_ready=self.ready, on_tick=self.tick)
        made.patience_seconds = CLOUD_SECONDS if cloud else LOCAL_SECONDS
        if self.watch:
            from tools.shop.dev import Watcher

            made.tick_seconds = 0.3
            self.watcher = Watcher(self.watch)
        return made

    def planned(self, cloud: bool) -> tuple[list[Spec], Spec]:
        if not cloud:
            return plan.local(self.home, self.ports)
        from tools.shop import cloud as deployed

        self.say("Packaging and deploying the services; the first time takes a minute.")
        return deployed.plan(self.home, self.ports)

    def ready(self, supervisor: Supervisor) -> None:
        self.say(f"Ready after {time.monotonic() - self.started_at:.1f} s: http://localhost:{self.ports.edge}")
        if self.seeded and self.home.seeded.exists() and self.home.seeded.read_text() == demo_version():
            self.say(banner(self.home, self.ports))
        elif self.seeded:
            supervisor.run_task(seeding(self.home, self.ports), self.after_seeding)
        else:
            self.say(banner(self.home, self.ports))

    def after_seeding(self, status: int) -> None:
        if status:
            self.say("The demo data could not be completed; `python3 run.py seed` tries again.")
        else:
            self.note_seeded_at = time.monotonic() + SAVED_SECONDS
        self.say(banner(self.home, self.ports))

    def tick(self, supervisor: Supervisor) -> None:
        """The note that the demo data is there must not outlive the data: written when the emulator has saved."""
        if self.note_seeded_at and time.monotonic() > self.note_seeded_at:
            self.note_seeded_at = None
            write(self.home.seeded, demo_version())
        if self.watch and self.watcher.changed():
            self.say(f"{self.watch} changed; restarting it.")
            supervisor.restart(self.watch)


def seeding(home: Home, ports: Ports) -> Spec:
    from tools.shop.environment import tool

    return Spec("seed", ("tools.shop", "seed"), tool(home, ports), log=None)


def demo_version() -> str:
    """Changes with the demo data."""
    folder = ROOT / "tools" / "shop" / "demo"
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".py", ".toml", ".webp"):
            found.update(file.name.encode() + file.read_bytes())
    return found.hexdigest()


def banner(home: Home, ports: Ports) -> str:
    """Everything a developer wants to know at first."""
    shop = f"http://localhost:{ports.edge}"
    logins = read_json(home.logins)
    people = [
        f"  {role:9} {logins[role]['email']}  {logins[role]['password']}"
        for role in ("customer", "staff", "admin")
        if role in logins
    ]
    services = "  ".join(f"{name} {ports.url(name)}" for name in ("users", "catalog", "orders"))
    return "\n".join(
        [
            "",
            f"  shop      {shop}",
            f"  admin     {shop}/admin/",
            f"  API       {shop}/api/…   documentation {shop}/docs",
            f"  inbox     {shop}/_inbox   traces {shop}/_traces",
            f"  services  {services}",
            f"  AWS       {ports.url('aws')}   payments {ports.url('payments')}/ledger",
            "",
            *people,
            "",
            f"  data      {home.path} (logins in demo-logins.json); logs in {home.logs}",
            "  What was written survives a crash of everything, but for the last 2 s (AWS here saves that often).",
            "  Ctrl-C stops the shop.",
            "",
        ]
    )
