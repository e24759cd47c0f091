"""A supervisor of two stand-ins: `python -m tests.tools.standin_shop FOLDER PORT PORT`."""

import json
import sys
from pathlib import Path

from tools.shop.environment import base
from tools.shop.home import Home
from tools.shop.processes import Spec
from tools.shop.supervisor import Supervisor

PROVISION = "tests.tools.standin_provision"


def main(folder: str, *ports: str) -> None:
    home = Home(Path(folder))
    home.prepare()
    specs = [
        Spec(
            name,
            ("tests.tools.standin",),
            {**base(), "PORT": port, "EARLY": "yes"},
            home.logs / f"{name}.log",
            port=int(port),
            provisioned=True,
        )
        for name, port in zip(("one", "two"), ports, strict=True)
    ]
    home.environment.unlink(missing_ok=True)
    provision = Spec("provision", (PROVISION, str(home.environment)), base(), home.logs / "provision.log")
    Supervisor(home, specs, provision, last="two").run()


def provisioned(path: str) -> None:
    Path(path).write_text(json.dumps({"one": {"LATE": "told one"}, "two": {"LATE": "told two"}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
