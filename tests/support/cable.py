"""A way to a service on this machine that can be cut: a process would be gone, and so is this port."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress


class Cable:
    """Passes on what comes to its port, to another one of this machine, in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.port, self.target = _free_port(), target
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def plug_in(self) -> None:
        self._do(self._listen())

    def pull_out(self) -> None:
        """Refuse new connections, and end all that there are."""
        self._do(self._end())

    @contextmanager
    def out(self) -> Iterator[None]:
        self.pull_out()
        try:
            yield
        finally:
            self.plug_in()

    def throw_away(self) -> None:
        self.pull_out()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _do(self, work: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        there = list(self._open)
        for task in there:
            task.cancel()
        await asyncio.gather(*there, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
        except asyncio.CancelledError:
            pass  # pulled out
        finally:
            writer.transport.abort()
            back.transport.abort()
            self._open.discard(task)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one end hangs up."""
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()
