"""The errors of an import: one file a batch, put together into the one that staff download.

A part's number is the one after those that are counted, so that a batch that is done again writes its part again.
"""

import tempfile
from collections.abc import Sequence

import msgspec

from chalicelib import config
from chalicelib.imports.entries import Mistake
from chalicelib.imports.models import Import, errors_key, part_key

_TYPE = "application/x-ndjson"
_encoder = msgspec.json.Encoder()


def write_part(job: Import, mistakes: Sequence[Mistake]) -> int:
    """How many parts there are then."""
    if not mistakes:
        return job.parts
    text = b"".join(_encoder.encode(one) + b"\n" for one in mistakes)
    config.bucket.put(part_key(job.id, job.parts + 1), text, _TYPE)
    return job.parts + 1


def shown(job: Import) -> Import:
    """Bring the file that staff see up to date; a repeat writes the same again."""
    if job.parts == job.reported:
        return job
    with tempfile.TemporaryFile() as file:
        for number in range(1, job.parts + 1):
            found = config.bucket.read(part_key(job.id, number))
            file.write(found[0] if found else b"")
        config.bucket.put_file(errors_key(job.id), file, _TYPE)
    return job.keep(Import.reported.set(job.parts))
