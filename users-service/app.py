"""users-service: accounts, sessions, and the keys that other services check tokens with."""

from chalice.app import DynamoDBEvent, SQSEvent

from chalicelib import config, table
from chalicelib.accounts.routes import routes as accounts
from chalicelib.addresses.routes import routes as addresses
from chalicelib.avatars.routes import routes as avatars
from chalicelib.external.routes import routes as external
from chalicelib.mail import domain as mail
from chalicelib.sessions.domain import is_live
from chalicelib.sessions.routes import routes as sessions
from common import events
from common.http import make_app

app = make_app(
    config.settings,
    config.signer,
    blueprints=[accounts, addresses, avatars, external, sessions],
    dependencies={"dynamodb": table.reachable},
    session_is_live=is_live,
)
table.UsersItem.connect()


@app.on_dynamodb_record(stream_arn=config.STREAM_ARN, batch_size=10)
def relay_outbox(event: DynamoDBEvent) -> None:
    """Publish events and queue mails; an error makes the stream give the batch again."""
    records = event.to_dict()["Records"]
    events.relay(records, config.settings.event_bus)
    mail.hand_over(records)


@app.on_sqs_message(queue=config.MAIL_QUEUE, batch_size=1)
def send_mail(event: SQSEvent) -> None:
    """Send one mail; an error puts the job back on the queue."""
    for record in event:
        mail.deliver(record.body)
