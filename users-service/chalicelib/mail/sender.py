"""SES and SQS: only worker functions come here, so no request pays for the clients.

SES writes the headers from these fields, so nothing that anybody typed can add one.
"""

from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import config
from chalicelib.mail.letters import Letter


class NotSent(Exception):
    """SES did not take a mail. Without SES's own words, which name the address: Lambda would log them."""


def send(letter: Letter) -> None:
    """Hand the mail to SES, or raise NotSent, so that the queue gives the job again."""
    try:
        _ses().send_email(
            Source=config.MAIL_FROM,
            Destination={"ToAddresses": [letter.to]},
            ReplyToAddresses=[config.SUPPORT_EMAIL],
            Message={
                "Subject": _utf8(letter.subject),
                "Body": {"Text": _utf8(letter.text), "Html": _utf8(letter.html)},
            },
        )
    except ClientError as error:
        raise NotSent(error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise NotSent(type(error).__name__) from None


def queue(job: str) -> None:
    """Put a job on the mail queue; twice does no harm, as the worker knows what it has sent."""
    _sqs().send_message(QueueUrl=config.MAIL_QUEUE_URL, MessageBody=job)


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


@cache
def _ses() -> Any:
    import boto3

    return boto3.client("ses", config=_limits())


@cache
def _sqs() -> Any:
    import boto3

    return boto3.client("sqs", config=_limits())


def _limits() -> Any:
    """The queue tries again later; a worker does not hang for a minute."""
    from botocore.config import Config

    return Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
