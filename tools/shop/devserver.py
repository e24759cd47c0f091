"""A service on this machine: `chalice local` as API Gateway would be, with the event handlers running beside it.

`python -m tools.shop.devserver` in a service's folder, with PORT and the service's environment. `chalice local` itself
answers slowly to kept connections, sends bodies to HEAD, reads bodies of any size, has answers of its own form and
runs no event handler; the gateway module mends the former, the pump the latter.
"""

import importlib
import json
import logging
import os
import sys
from pathlib import Path

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import CustomLocalChalice, LocalChalice

from tools.shop import gateway, pump


def main() -> None:
    folder = Path.cwd()
    stage = os.environ.get("STAGE", "local")
    config = read_config(folder, stage)
    os.environ.update({k: v for k, v in config.environment_variables.items() if k not in os.environ})
    app = load(folder)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    bell = pump.Bell()
    server = gateway.serve(made_local(app), config, int(os.environ["PORT"]), bell.ring)
    pump.start(app, Path(os.environ["PUMP_DIR"]) / folder.name, bell)
    server.serve_forever()


def read_config(folder: Path, stage: str) -> Config:
    """The service's `.chalice/config.json`, as `chalice local --stage` reads it."""
    path = folder / ".chalice" / "config.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Config(chalice_stage=stage, user_provided_params={"project_dir": str(folder)}, config_from_disk=found)


def load(folder: Path) -> Chalice:
    """The service's app, with its folder and its `vendor` where Lambda puts them: first."""
    sys.path[:0] = [str(folder), str(folder / "vendor")]
    app: Chalice = importlib.import_module("app").app
    return app


def made_local(app: Chalice) -> Chalice:
    """What `chalice local` does to an app: the current request belongs to the thread."""
    CustomLocalChalice.__bases__ = (LocalChalice, app.__class__)
    app.__class__ = CustomLocalChalice
    return app


if __name__ == "__main__":
    main()
