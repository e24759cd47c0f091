"""`python -m tools.shop.payments`; its environment: PORT, STATE_DIR, CLOCK_FILE, WEBHOOK_URL and WEBHOOK_SECRET."""

import os
from pathlib import Path

from aiohttp import web

from common import clock
from tools.shop.payments.server import Server


def main() -> None:
    clock.follow(os.environ.get("CLOCK_FILE"))
    server = Server(
        Path(os.environ["STATE_DIR"]),
        clock.now,
        os.environ.get("WEBHOOK_URL", ""),
        os.environ.get("WEBHOOK_SECRET", ""),
    )
    web.run_app(
        server.application(),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        print=None,
        access_log=None,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main()
