"""users-service: accounts, sessions, and the keys that other services check tokens with."""

from chalice.app import DynamoDBEvent, SQSEvent

from chalicelib import config, table
from chalicelib.accounts.routes import routes as accounts
from chalicelib.addresses.routes import routes as addresses
from chalicelib.avatars.routes import routes as avatars
from chalicelib.credentials.routes import routes as credentials
from chalicelib.external.routes import routes as external
from chalicelib.followers import followers
from chalicelib.mail import domain as mail
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.registrations.routes import routes as registrations
from chalicelib.sessions import domain as live_sessions
from chalicelib.sessions.routes import routes as sessions
from common.service import make_app
from common.streams import FROM_OLDEST

app = make_app(
    config.settings,
    config.signer,
    blueprints=[registrations, accounts, credentials, addresses, avatars, external, sessions, privacy_routes],
    dependencies={"dynamodb": table.reachable},
    session_is_live=live_sessions.is_live,
)
table.UsersItem.connect()


@app.on_dynamodb_record(stream_arn=config.STREAM_ARN, batch_size=10, starting_position=FROM_OLDEST)
def relay_outbox(event: DynamoDBEvent) -> None:
    """Publish events, and remove the rest of who is erased."""
    followers.follow("relay_outbox", event.to_dict()["Records"])


@app.on_dynamodb_record(stream_arn=config.STREAM_ARN, batch_size=10, starting_position=FROM_OLDEST)
def follow_up(event: DynamoDBEvent) -> None:
    """Queue mails and settle sessions: apart from the relay, for neither waits until EventBridge or S3 is back."""
    followers.follow("follow_up", event.to_dict()["Records"])


@app.on_sqs_message(queue=config.SET_ASIDE_QUEUE, batch_size=1, maximum_concurrency=2)
def take_up(event: SQSEvent) -> None:
    """Follow a record that was set aside; an error puts it back on the queue."""
    for record in event:
        followers.take_up(record.body)


@app.on_sqs_message(queue=config.MAIL_QUEUE, batch_size=1)
def send_mail(event: SQSEvent) -> None:
    """Send one mail; an error puts the job back on the queue."""
    for record in event:
        mail.deliver(record.body)
