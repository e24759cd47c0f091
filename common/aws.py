"""boto3's clients for work behind the API: loading boto3 costs a cold start, so no request does it before it has to."""

from functools import cache
from typing import Any


@cache
def client(service: str, *, connect_s: float = 2, read_s: float = 5) -> Any:
    """One for the process, made when it is first needed; two attempts. Whoever calls can try again later."""
    import boto3
    from botocore.config import Config

    limits = Config(connect_timeout=connect_s, read_timeout=read_s, retries={"total_max_attempts": 2})
    return boto3.Session().client(service, config=limits)
