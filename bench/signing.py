"""What an address of a picture costs: a presigned GET is signed once an hour, then remembered.

Target: under 150 µs each, in CPU time of this process. Unit: 1 = the four HMAC-SHA256 that SigV4 needs for a key, and
the one of the signature, done by the standard library for a text of the same length.
"""

import hashlib
import hmac
import os
import time
from collections.abc import Callable

from bench import tables
from common.storage import Bucket, _signed_get

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"}
TOKEN = "t" * 800  # as long as a function's
NUMBER = 4000


def main() -> None:
    os.environ.update(KEYS, AWS_SESSION_TOKEN=TOKEN)
    bucket = Bucket("shop-catalog-000000000000", "eu-central-1")
    names = [f"images/prd_01k000000000000000000{n:05}/img_01k000000000-0123456789ab-160.webp" for n in range(NUMBER)]
    bucket.presigned_get("warm")
    _signed_get.cache_clear()
    unit = per_call(bare, names)
    first, again = per_call(bucket.presigned_get, names), per_call(bucket.presigned_get, names)
    rows = [
        ["five bare HMACs", f"{unit:.1f}", "1"],
        ["signed", f"{first:.1f}", f"{first / unit:.1f}"],
        ["remembered", f"{again:.1f}", f"{again / unit:.2f}"],
    ]
    tables.show(["address", "µs each", "ratio"], rows)
    assert first < 150


def per_call(call: Callable[[str], object], names: list[str]) -> float:
    """µs of CPU for each."""
    before = time.process_time()
    for name in names:
        call(name)
    return (time.process_time() - before) / len(names) * 1e6


def bare(name: str) -> bytes:
    key = b"AWS4" + KEYS["AWS_SECRET_ACCESS_KEY"].encode()
    for part in ("20261123", "eu-central-1", "s3", "aws4_request", name + "x" * 1100):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key


if __name__ == "__main__":
    main()
