"""A clean copy of a service's folder, from which plain `chalice deploy` ships everything, compiled.

Its `vendor/` holds common/ in place of the symlink, and the dependencies, which Chalice's own builder fetches. Lambda's
code folder is read-only, so without bytecode every cold start compiles everything (0.53 s of CPU against 0.25). The
bytecode is of the unchecked kind, since Chalice's time stamps of 1980 invalidate the ordinary kind.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalice.deploy.packager import DependencyBuilder, MissingDependencyError
from chalice.utils import OSUtils

from tools.shop.home import ROOT

ABI = f"cp{sys.version_info.major}{sys.version_info.minor}"
SKIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "deployed", "deployments", ".DS_Store")
# Scripts; Chalice packages the part of itself that runs in Lambda; cryptography uses only cffi's C module, the rest of
# cffi and its parser compile C headers.
UNUSED = ("bin", "chalice", "cffi", "pycparser")
COMPILE = """
import compileall, py_compile, sys
folder, prefix = sys.argv[1:]
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
options = {"invalidation_mode": mode, "stripdir": folder, "prependdir": prefix}
sys.exit(not compileall.compile_dir(folder, quiet=1, force=True, **options))
"""


class PackagingFailed(Exception):
    """A zip that would not work when deployed."""


def render(source: Path, target: Path, stage: Mapping[str, Any] | None = None) -> None:
    """A clean copy of a service's folder, ready for `chalice deploy`; what was deployed from it before is remembered.

    `stage` is a stage of config.json by name, in place of those that the folder has.
    """
    for entry in target.iterdir() if target.exists() else ():
        if entry.name != ".chalice":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    target.mkdir(parents=True, exist_ok=True)
    for name in ("app.py", "chalicelib", "vendor", ".chalice"):
        copy(source / name, target / name)
    add_dependencies(source / "requirements.txt", target / "vendor")
    (target / "requirements.txt").write_text("# all of it is in vendor/, compiled\n")
    add_bytecode(target)
    if stage is not None:
        configure(target / ".chalice" / "config.json", stage)
    even_out_modes(target)


def copy(source: Path, target: Path) -> None:
    """A file, or a folder with what its symlinks point to."""
    if source.is_file():
        shutil.copyfile(source, target)
    elif source.is_dir():
        shutil.copytree(source, target, ignore=SKIPPED, dirs_exist_ok=True, copy_function=shutil.copyfile)


def configure(config: Path, stage: Mapping[str, Any]) -> None:
    """Write the stages that a copy is deployed to, with their environment; the service's folder keeps its own."""
    config.write_text(
        json.dumps({**json.loads(config.read_text("utf-8")), "stages": stage}, indent=2), encoding="utf-8"
    )
    config.chmod(0o600)


def even_out_modes(folder: Path) -> None:
    """A zip holds the modes of files, and they count in its hash."""
    for path in folder.rglob("*"):
        if ".chalice" not in path.parts:
            path.chmod(0o755 if path.is_dir() else 0o644)


def add_dependencies(requirements: Path, vendor: Path) -> None:
    """The wheels that Chalice would choose for Lambda, unpacked; kept from one build to the next."""
    wanted = requirements.read_bytes() + repr(UNUSED).encode()
    kept = cache() / f"{ABI}-{hashlib.sha256(wanted).hexdigest()[:16]}"
    if not kept.exists():
        fetch(requirements, kept)
    shutil.copytree(kept, vendor, dirs_exist_ok=True, copy_function=shutil.copyfile)


def cache() -> Path:
    """Where unpacked dependencies are kept, for all shops that are run from this folder."""
    return ROOT / "dist" / "dependencies"


def fetch(requirements: Path, target: Path) -> None:
    """Have Chalice fetch them, without dependencies of dependencies: the list is complete, but for what Lambda has."""
    os.environ["PIP_NO_DEPS"] = "1"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        unpacked = Path(folder) / "unpacked"
        try:
            DependencyBuilder(OSUtils()).build_site_packages(ABI, str(requirements), str(unpacked))
        except MissingDependencyError as error:
            names = ", ".join(sorted(package.identifier for package in error.missing))
            raise PackagingFailed(f"Could not install dependencies: {names}") from error
        unpacked.mkdir(exist_ok=True)
        for name in UNUSED:
            shutil.rmtree(unpacked / name, ignore_errors=True)
        try:
            unpacked.rename(target)
        except OSError:
            if not target.exists():  # else a service with the same list, which is built at the same time, was first
                raise


def add_bytecode(folder: Path) -> None:
    """Compile all that the zip will hold; Chalice packages what it finds in chalicelib/ and vendor/, so the bytecode of
    app.py and of Chalice's own runtime goes into vendor/.
    """
    compile_folder(folder / "chalicelib", "/var/task/chalicelib")
    compile_folder(folder / "vendor", "/var/task")
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        shutil.copyfile(folder / "app.py", top / "app.py")
        (top / "chalice").mkdir()
        for name in ("__init__.py", "app.py"):
            shutil.copyfile(installed("chalice").parent / name, top / "chalice" / name)
        compile_folder(top, "/var/task")
        shutil.copytree(top / "__pycache__", folder / "vendor" / "__pycache__", dirs_exist_ok=True)
        shutil.copytree(top / "chalice" / "__pycache__", folder / "vendor" / "chalice" / "__pycache__")


def compile_folder(folder: Path, deployed_as: str) -> None:
    """In a process of its own with a fixed hash seed, so that the bytes are always the same."""
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([sys.executable, "-c", COMPILE, str(folder), deployed_as], env=env, check=True)


def installed(name: str) -> Path:
    """The file of an installed module, or the __init__.py of a package."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise PackagingFailed(f"{name} is not installed here")
    return Path(spec.origin)
