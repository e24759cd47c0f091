"""`python -m bench NAME …`, or `all`; the names are those below."""

import importlib
import sys

NAMES = (
    "ready",
    "product_read",
    "checkout_calls",
    "checkouts",
    "token_checks",
    "logins",
    "refreshes",
    "signing",
    "search",
    "stock",
    "catalog_scale",
    "orders_scale",
    "imports",
    "setup_size",
)


def main(words: list[str]) -> None:
    names = NAMES if words == ["all"] else tuple(words)
    if not names or set(names) - set(NAMES):
        raise SystemExit(f"python -m bench all, or some of: {' '.join(NAMES)}")
    for name in names:
        module = importlib.import_module(f"bench.{name}")
        print(f"\n## {name}: {(module.__doc__ or '').strip().splitlines()[0]}\n", flush=True)
        module.main()


main(sys.argv[1:])
