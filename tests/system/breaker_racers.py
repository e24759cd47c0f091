"""A process of orders-service whose payment provider fails, with many requests at once.

`python -m tests.system.breaker_racers ROW`: on `fail N` all threads get no answer at moment N, on `try N` all want to
call the provider, on `work N` all do and succeed. Each line is answered by what the threads saw.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.support.services import ROOT

sys.path[:0] = [str(ROOT / "orders-service"), str(ROOT / "orders-service" / "vendor")]

from chalicelib.errors import ProviderDown, ProviderNotAsked  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.payments import models  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.payments.breaker import Breaker  # type: ignore[import-not-found]  # noqa: E402
from common.ids import new_id  # noqa: E402

THREADS = 8


def act(word: str, now: float) -> str:
    """One request: `asked` if it reached the provider, else `refused`."""
    breaker = Breaker(lambda: now, new_id)
    if word == "fail":
        breaker.learn(models.HEALTHY)  # as it was a moment ago

    def provider() -> None:
        if word != "work":
            raise ProviderDown

    try:
        breaker.call(provider)
    except ProviderNotAsked:
        return "refused"
    except ProviderDown:
        return "asked"
    return "asked"


def main() -> None:
    models._KEY = (f"BREAKER#{sys.argv[1]}", "BREAKER")
    with ThreadPoolExecutor(THREADS) as pool:
        print(json.dumps("ready"), flush=True)  # noqa: T201 - it answers on stdout
        for line in sys.stdin:
            word, now = line.split()
            seen = list(pool.map(lambda _, word=word, now=now: act(word, float(now)), range(THREADS)))
            health = models.find_health()
            print(json.dumps({"seen": seen, "open_until": health.open_until}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
