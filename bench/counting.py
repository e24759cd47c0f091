"""Proxies that count what goes through them, and a shop whose services are wired through them.

`python -m bench.counting` is `up` with other addresses for the services: `PROXIES` is a JSON map such as
`{"orders": {"CATALOG_URL": "http://127.0.0.1:1234"}}`.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator

IDS = re.compile(r"/(?:[a-z]{2,3}_[A-Za-z0-9]+)")


class Proxy:
    """Passes bytes on and notes each request: an AWS operation by its target, another by method and path."""

    def __init__(self, name: str, to_port: int) -> None:
        self.name, self.to_port = name, to_port
        self.seen: Counter[str] = Counter()
        self.bodies: list[tuple[str, bytes]] = []  # of the AWS calls while `recording`
        self.recording = False
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.to_port)
        copying = asyncio.create_task(self._copy(there, writer))
        self._tasks.add(copying)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._request(reader, back)
        back.close()
        await copying
        self._tasks.discard(copying)

    async def _request(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        self.seen[described(head)] += 1
        if self.recording:
            self.bodies.append((described(head), body))
        back.write(head + body)
        await back.drain()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()


def described(head: bytes) -> str:
    target = re.search(rb"(?i)\r\nx-amz-target: *([\w.]+)", head)
    if target:
        return target[1].decode().replace("DynamoDB_20120810.", "")
    method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    return f"{method} {IDS.sub('/…', path)}"


@contextlib.contextmanager
def proxies(wanted: dict[str, int]) -> Iterator[dict[str, Proxy]]:
    """Running proxies by name, each to a port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = {name: Proxy(name, port) for name, port in wanted.items()}
    for proxy in made.values():
        asyncio.run_coroutine_threadsafe(proxy.start(), loop).result()
    yield made
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def main() -> None:
    """The shop, rewired."""
    from tools.shop import plan
    from tools.shop.home import Home, Ports
    from tools.shop.supervisor import Supervisor

    home, ports = Home.read(os.environ), Ports.read(os.environ)
    home.prepare()
    changes = json.loads(os.environ["PROXIES"])
    specs, provision = plan.local(home, ports)
    rewired = [
        dataclasses.replace(spec, environment={**spec.environment, **changes.get(spec.name, {})}) for spec in specs
    ]
    with home.locked():  # what commands know a running shop by
        Supervisor(home, rewired, provision).run()


if __name__ == "__main__":
    main()
