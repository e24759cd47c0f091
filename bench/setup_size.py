"""The bytes that set-up downloads, by requirement file.

Target: under 250 MB. Files that two sets share are counted once in the sum.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench import stack, tables

SERVICES = sorted(str(file.relative_to(stack.ROOT)) for file in stack.ROOT.glob("*-service/requirements*.txt"))
RUN = ["tools/requirements.txt", *SERVICES]
SETS = {
    "to run the shop": RUN,
    "to test it as well": ["tests/requirements.txt"],
}
MB = 1_000_000


def main() -> None:
    rows, everything = [], dict[str, int]()
    for name, files in SETS.items():
        found = downloaded([file for file in files if (stack.ROOT / file).exists()])
        everything |= found
        largest = sorted(found.items(), key=lambda item: -item[1])[:4]
        named = ", ".join(f"{file.split('-')[0]} {size / MB:.1f}" for file, size in largest)
        rows.append([name, len(found), f"{sum(found.values()) / MB:.1f}", named])
    rows.append(["together", len(everything), f"{sum(everything.values()) / MB:.1f}", ""])
    tables.show(["set", "files", "MB", "largest"], rows)


def downloaded(requirements: list[str]) -> dict[str, int]:
    """File names and sizes of what pip fetches for an empty environment."""
    options = [word for file in requirements for word in ("-r", file)]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "-d", folder]
        subprocess.run([*command, *options], cwd=stack.ROOT, check=True)
        return {file.name: file.stat().st_size for file in Path(folder).iterdir()}
