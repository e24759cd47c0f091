"""The index as this process has it: asked again for changes every second, and served as it is while S3 is down."""

import threading
from collections.abc import Sequence

from chalicelib.search import library
from chalicelib.search.library import Part
from chalicelib.search.segment import Segment
from common import clock, logs
from common.problems import Unavailable
from common.storage import Changed, NotModified

Segments = Sequence[tuple[Segment, int]]
_FRESH_SECONDS = 1.0
_log = logs.logger(__name__)


class Reader:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = clock.NEVER
        self._etag: str | None = None
        self._open: dict[Part, Segment] = {}
        self._segments: Segments | None = None

    def segments(self) -> Segments:
        """Raises Unavailable only if there has never been an index to read. One caller refreshes it, others go on."""
        if clock.elapsed(self._asked_at) > _FRESH_SECONDS and self._lock.acquire(blocking=self._segments is None):
            try:
                if clock.elapsed(self._asked_at) > _FRESH_SECONDS:
                    self._refresh()
            finally:
                self._lock.release()
        if self._segments is None:
            raise Unavailable("The search is not available right now.")
        return self._segments

    def _refresh(self) -> None:
        self._asked_at = clock.real()
        try:
            index, etag = library.load(self._etag)
            opened = {part: self._open.get(part) or library.download(part) for part in index.parts}
        except NotModified:
            return
        except (Changed, Unavailable) as error:  # a segment was merged into another meanwhile, or S3 is down
            _log.warning("search_index_not_refreshed", exc_info=error)
            return
        self._segments = library.with_dead([*opened.values(), library.in_memory(index.changes)])
        self._open, self._etag = opened, etag


reader = Reader()
