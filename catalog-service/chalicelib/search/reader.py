"""The index as this process has it: asked again for changes every second, and served as it is while S3 is down."""

import threading
from collections.abc import Sequence

from chalicelib.search import library, parts
from chalicelib.search.bits import bits_of
from chalicelib.search.library import Index
from chalicelib.search.parts import Gone, Part, Unreadable
from chalicelib.search.segment import Segment
from common import clock, logs
from common.problems import Unavailable
from common.storage import NotModified

Segments = Sequence[tuple[Segment, int]]
_FRESH_SECONDS = 1.0
_PATIENCE_SECONDS = 0.5
_FIRST_PATIENCE_SECONDS = 10
_ROUNDS = 3
_log = logs.logger(__name__)


class Reader:
    """Refreshes in a thread of its own, for which a request hardly waits if there is an index to serve."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Read it anew next time."""
        self._asked_at = clock.NEVER
        self._refreshing: threading.Thread | None = None
        self._etag: str | None = None
        self._parts: dict[Part, Segment] = {}
        self._base: Segments = []
        self._segments: Segments | None = None

    def segments(self) -> Segments:
        """Each with its documents that count no more. Unavailable only if there has never been an index to read."""
        if refreshing := self._refresh():
            refreshing.join(_FIRST_PATIENCE_SECONDS if self._segments is None else _PATIENCE_SECONDS)
        if self._segments is None:
            raise Unavailable("The search is not available right now.", retry_after=1)
        return self._segments

    def _refresh(self) -> threading.Thread | None:
        """The thread to wait for: one caller's who finds the index old, everybody's while there is none."""
        with self._lock:
            if self._refreshing and self._refreshing.is_alive():
                return None if self._segments is not None else self._refreshing
            if clock.elapsed(self._asked_at) <= _FRESH_SECONDS:
                return None
            self._asked_at = clock.real()
            self._refreshing = threading.Thread(target=self._read, daemon=True)
            self._refreshing.start()
            return self._refreshing

    def _read(self) -> None:
        for rounds_left in reversed(range(_ROUNDS)):
            try:
                self._open(*library.load(self._etag))
            except NotModified:
                return
            except Gone as error:  # as a rule merged into another meanwhile, so that there is a newer list
                if not rounds_left:
                    _log.warning("search_index_not_refreshed", exc_info=error)
            except (Unavailable, Unreadable) as error:
                _log.warning("search_index_not_refreshed", exc_info=error)
                return
            else:
                return

    def _open(self, index: Index | None, etag: str | None) -> None:
        index = index or Index()
        if self._segments is None or list(self._parts) != index.parts:
            opened = {part: self._parts.get(part) or parts.download(part) for part in index.parts}
            self._parts, self._base = opened, parts.with_dead(list(opened.values()))
        changed = index.changes.keys()
        base = [(one, dead | bits_of(one.numbers_of(changed), one.size)) for one, dead in self._base]
        self._segments = [*base, (parts.in_memory(index.changes), 0)]
        self._etag = etag


reader = Reader()
