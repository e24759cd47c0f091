"""W3C trace context (https://www.w3.org/TR/trace-context/): one trace id for all that a request causes."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_HEADER = re.compile(r"^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$")


@dataclass(frozen=True)
class Trace:
    """`trace_id` is 32 hex digits and doubles as the request id; `span_id` is ours within the trace."""

    trace_id: str
    span_id: str
    flags: str = "01"

    @property
    def header(self) -> str:
        """The `traceparent` to send with calls made on behalf of this span."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def start(traceparent: str | None) -> Trace:
    """Go on with the caller's trace, or begin one if it sent none that is well formed; current from now on."""
    found = _HEADER.match(traceparent or "")
    trace = Trace(
        trace_id=found[1] if found else secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        flags=found[3] if found else "01",
    )
    _current.set(trace)
    return trace


def current() -> Trace:
    """The trace in hand; begins one where nothing did."""
    return _current.get() or start(None)
