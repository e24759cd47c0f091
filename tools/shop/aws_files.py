"""The files that the emulator's state is kept in: replaced all or none, and put right at the start after a crash."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

COMMIT = "commit"


def replace_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write new files beside the old ones, then the list of them: from there on the new ones count.

    A crash before the list leaves the old files, one after it leaves what `recover` completes.
    """
    if not files:
        return
    for name, text in files.items():
        (folder / f"{name}.new").write_text(text, encoding="utf-8")
    listed = folder / f"{COMMIT}.new"
    listed.write_text(json.dumps(list(files)))
    listed.replace(folder / COMMIT)
    complete(folder)


def complete(folder: Path) -> None:
    """Put the listed files in the place of the old ones; may be repeated."""
    for name in json.loads((folder / COMMIT).read_text()):
        if (new := folder / f"{name}.new").exists():
            new.replace(folder / f"{name}.json")
    (folder / COMMIT).unlink()


def recover(folder: Path, account: str) -> None:
    """What a crash left half done: complete it if it was listed, else drop it."""
    if (folder / COMMIT).exists():
        complete(folder)
    for new in folder.glob("*.new"):
        new.unlink()
    forget_unsaved_buckets(folder, account)


def forget_unsaved_buckets(folder: Path, account: str) -> None:
    """Drop the folder of a bucket that was made in the last seconds before a crash: nothing else remembers it."""
    state, buckets = folder / "s3.json", folder / "s3" / account
    saved = json.loads(state.read_text("utf-8"))["payload"]["buckets_meta"]["data"] if state.exists() else {}
    for bucket in buckets.iterdir() if buckets.exists() else ():
        if f"{account}\x00{bucket.name!r}" not in saved:
            shutil.rmtree(bucket)
