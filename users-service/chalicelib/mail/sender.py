"""Where mails go: to SES in the shop's name, and jobs to the queue. Only worker functions come here."""

from chalicelib import config
from common import aws, mail
from common.mail import Letter


def send(letter: Letter) -> None:
    """Hand the mail to SES, or raise NotSent, so that the queue gives the job again."""
    mail.send(letter, config.MAIL_FROM, config.SUPPORT_EMAIL)


def queue(job: str) -> None:
    """Put a job on the mail queue; twice does no harm, as the worker knows what it has sent."""
    aws.client("sqs").send_message(QueueUrl=config.MAIL_QUEUE_URL, MessageBody=job)
