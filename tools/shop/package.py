"""Builds the zip of each service as it is deployed: `python -m tools.shop.package [SERVICE…]`, into `dist/`.

`chalice package` makes it from a rendered copy of the service's folder (rendering.py). The same sources give the same
bytes, in any folder: names sorted, times and modes fixed, no caches of the working tree. Each zip is then imported by
an interpreter that has boto3 only, as in Lambda's runtime, and must not exceed 7 MB. Layers (layers.py) come beside it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from tools.shop import layers
from tools.shop.home import ROOT, SERVICES
from tools.shop.rendering import PackagingFailed, installed, render

LIMIT_BYTES = 7_000_000
RUNTIME_HAS = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
FORBIDDEN = ("boto3/", "botocore/")
EPOCH = (1980, 1, 1, 0, 0, 0)


def build(folder: Path, stage: str) -> Path:
    """`chalice package` in a rendered folder, then evened out where `chalice deploy` finds and reuses it."""
    deployments = folder / ".chalice" / "deployments"
    shutil.rmtree(deployments, ignore_errors=True)
    with tempfile.TemporaryDirectory() as out:
        chalice(folder, "package", "--stage", stage, out)
    (made,) = deployments.glob("*.zip")
    even_out(made)
    check(made)
    return made


def chalice(folder: Path, *arguments: str, aws: Mapping[str, str] | None = None) -> str:
    """Run Chalice's command line in a folder; its output, or an error that shows it."""
    command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())", *arguments]
    env = {**tool_environment(), **(aws or {})}
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if ran.returncode or "Could not install dependencies" in ran.stdout + ran.stderr:
        raise PackagingFailed(f"chalice {arguments[0]} in {folder}:\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout


def tool_environment() -> dict[str, str]:
    """Enough to import a service's app, and nothing that leads to a real account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    aws = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    return {**kept, **aws, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "PYTHONDONTWRITEBYTECODE": "1"}


def even_out(path: Path) -> None:
    """Sort the names, and fix what depends on the folder, the clock and the file system."""
    with zipfile.ZipFile(path) as before:
        files = {name: before.read(name) for name in sorted(before.namelist())}
    evened = path.with_suffix(".evened")
    with zipfile.ZipFile(evened, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as after:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o100644 << 16
            after.writestr(entry, data, zipfile.ZIP_DEFLATED)
    evened.replace(path)


def check(path: Path) -> None:
    """Refuse what Lambda already has, and what has grown too large."""
    names = zipfile.ZipFile(path).namelist()
    if shipped := [name for name in names if name.startswith(FORBIDDEN)]:
        raise PackagingFailed(f"{path.name} ships {shipped[0]}, which Lambda's runtime has")
    if "common/__init__.py" not in names:
        raise PackagingFailed(f"{path.name} has no common/: vendor/common should link to it")
    if path.stat().st_size > LIMIT_BYTES:
        raise PackagingFailed(f"{path.name} has {path.stat().st_size:,} bytes; the limit is {LIMIT_BYTES:,}")


def clean_interpreter(folder: Path) -> Path:
    """An interpreter that finds boto3 and what comes with it, as Lambda's runtime does, and nothing else of ours."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, symlinks=True)
        site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        for name in RUNTIME_HAS:
            link(name, site)
    return python


def link(name: str, site: Path) -> None:
    """Make one installed package visible there, without a download."""
    origin = installed(name)
    found = origin.parent if origin.name == "__init__.py" else origin
    (site / found.name).symlink_to(found)


def import_it(zipped: Path, python: Path, environment: Mapping[str, str]) -> None:
    """Import the unpacked zip as Lambda would: fails for a package that is missing from it."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(zipped).extractall(folder)
        script = f"import sys; sys.path.insert(0, {folder!r}); import app; assert app.app.app_name"
        env = {**tool_environment(), **environment, "AWS_REGION": "eu-central-1"}
        ran = subprocess.run(
            [python, "-I", "-c", script], env=env, cwd=folder, capture_output=True, text=True, check=False
        )
    if ran.returncode:
        raise PackagingFailed(f"{zipped.name} does not import in Lambda's runtime:\n{ran.stderr}")


def stage_environment(folder: Path, stage: str) -> dict[str, str]:
    """The environment that config.json gives to a stage."""
    config = json.loads((folder / ".chalice" / "config.json").read_text("utf-8"))
    environment: dict[str, str] = config["stages"][stage].get("environment_variables", {})
    return environment


def package(service: str, work: Path, out: Path) -> Path:
    """Build, check and keep the zip of one service."""
    folder = work / service
    render(ROOT / f"{service}-service", folder)
    made = build(folder, "dev")
    import_it(made, clean_interpreter(work / "python"), stage_environment(folder, "dev"))
    out.mkdir(exist_ok=True)
    return Path(shutil.copyfile(made, out / f"{service}-service.zip"))


def main(services: Sequence[str] = SERVICES) -> None:
    """Build services, as many at a time as there are cores, and say how large they are."""
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(os.cpu_count()) as builders:
        clean_interpreter(Path(work) / "python")  # which all of them use
        for service, files in zip(services, builders.map(lambda name: built(name, Path(work)), services), strict=True):
            for made in files:
                digest = hashlib.sha256(made.read_bytes()).hexdigest()
                print(f"{service:8} {made.stat().st_size / 1e6:5.2f} MB  {digest}  {made.relative_to(ROOT)}")


def built(service: str, work: Path) -> list[Path]:
    """The zip of a service and its layers."""
    return [package(service, work, ROOT / "dist"), *layers.built(service, ROOT / "dist")]


@click.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES))
def command(services: tuple[str, ...]) -> None:
    """Build each service's zip as it will be deployed, into dist/."""
    try:
        main(services or SERVICES)
    except PackagingFailed as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    command()
