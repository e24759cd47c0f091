"""Archives: `products.csv` or `products.jsonl`, and pictures under `images/`, read in ranges where they lie.

Nothing is unpacked to a path that an archive names, and nothing is believed that it says of sizes: each member is read
up to a limit.
"""

import hashlib
import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from chalicelib.errors import ImageInvalid
from chalicelib.images import adding
from chalicelib.imports.reading import ReadRange
from chalicelib.imports.schemas import MAX_BYTES
from chalicelib.products import domain as products
from common.deadline import Deadline
from common.problems import FieldError, ValidationFailed

ROWS = {"products.csv": "csv", "products.jsonl": "jsonl"}
_FOLDER = "images/"
_MOST_MEMBERS = 20_000
_BLOCK_BYTES = 256 * 1024
_PICTURE_SECONDS = 6.0  # a picture is looked into by a function of its own, for which this waits
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


class Unreadable(Exception):
    """Not an archive of the kind that is needed; the text says why."""


class _Ranged(io.RawIOBase):
    """An object in the bucket as a file."""

    def __init__(self, read: ReadRange, size: int) -> None:
        self._read, self._size, self._at = read, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        piece = self._read(self._at, wanted)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


@contextmanager
def opened(read: ReadRange, size: int) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(io.BufferedReader(_Ranged(read, size), _BLOCK_BYTES))
    except _BROKEN as error:
        raise Unreadable("This is not a ZIP archive, or it is damaged.") from error
    with archive:
        if len(archive.infolist()) > _MOST_MEMBERS:
            raise Unreadable(f"The archive has more than {_MOST_MEMBERS} files.")
        yield archive


@contextmanager
def rows_of(read: ReadRange, size: int, beat: Callable[[], None]) -> Iterator[tuple[IO[bytes], int, str]]:
    """The file of rows in a temporary one, its size and its format."""
    with opened(read, size) as archive, tempfile.TemporaryFile() as file:
        names = [name for name in ROWS if name in archive.namelist()]
        if len(names) != 1:
            raise Unreadable("The archive needs one of products.csv and products.jsonl, at its top.")
        for piece in _pieces(archive, names[0]):
            file.write(piece)
            beat()
            if file.tell() > MAX_BYTES:
                raise Unreadable(f"{names[0]} is larger than {MAX_BYTES // 1024**2} MiB.")
        yield file, file.tell(), ROWS[names[0]]


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    try:
        with archive.open(name) as member:
            while piece := member.read(_BLOCK_BYTES):
                yield piece
    except _BROKEN as error:
        raise Unreadable(f"{name} is damaged, encrypted, or packed in an unknown way.") from error


class Pictures:
    """Pictures of an archive, put on products by name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {one.filename: one for one in archive.infolist()}

    def __call__(self, product_id: str, names: Sequence[str]) -> list[FieldError]:
        errors: list[FieldError] = []
        for place, name in enumerate(names):
            content = self._content(name)
            if content is None:
                message = f"The archive has no readable {_FOLDER}{name[:100]}."
                errors.append(FieldError(f"images[{place}]", "upload_missing", message))
            else:
                errors += [FieldError(f"images[{place}]", *wrong) for wrong in _add(product_id, content)]
        return errors

    def _content(self, name: str) -> bytes | None:
        """A name is only ever compared with the members' names, so a path in it leads nowhere."""
        member = self._members.get(_FOLDER + name)
        if member is None or member.is_dir():
            return None
        try:
            with self._archive.open(member) as file:
                return file.read(adding.MAX_BYTES + 1)
        except _BROKEN:
            return None


def _add(product_id: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Under an id made of the content: the same picture is there once, however often it is imported."""
    image_id = f"img_{hashlib.sha256(content).hexdigest()[:26]}"
    product = products.stored(product_id)
    if any(one.id == image_id for one in product.images):
        return
    try:
        adding.add_image(product_id, image_id, content, product.name, Deadline(_PICTURE_SECONDS))
    except ImageInvalid as problem:
        yield problem.code, str(problem)
    except ValidationFailed as problem:
        errors: list[FieldError] = problem.members["errors"]  # type: ignore[assignment]
        yield from ((error.code, error.message) for error in errors)
