"""Requests about external accounts; the answer is that of any log-in."""

from typing import Annotated

from msgspec import Meta

from common.schemas import Body


class LogInExternally(Body):
    """`nonce` is what the front end sent along to the provider, if it did."""

    id_token: Annotated[str, Meta(min_length=1, max_length=16_384, description="As the provider signed it")]
    nonce: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
