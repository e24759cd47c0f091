"""orders-service: carts, checkout, orders, payments."""

from chalice import Rate
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from chalicelib import config, table
from chalicelib.cart.routes import routes as cart
from chalicelib.checkout.routes import routes as checkout
from chalicelib.checkout.wiring import world
from chalicelib.orders import domain as orders
from chalicelib.orders.routes import routes as order_routes
from chalicelib.payments.routes import routes as payments
from chalicelib.pricing.routes import routes as pricing
from chalicelib.privacy import domain as privacy
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.reports import domain as reports
from chalicelib.reports.routes import routes as report_routes
from chalicelib.shipments.routes import routes as shipments
from common import erasure, events
from common.deadline import Deadline
from common.http import make_app

SWEEP_SECONDS = 35  # with the last order's time still within the minute
ORDER_SECONDS = 20

app = make_app(
    config.settings,
    config.signer,
    blueprints=[cart, checkout, order_routes, payments, pricing, privacy_routes, report_routes, shipments],
    dependencies={"dynamodb": table.reachable},
)
table.OrdersItem.connect()


@app.on_dynamodb_record(stream_arn=config.STREAM_ARN, batch_size=10)
def relay_outbox(event: DynamoDBEvent) -> None:
    """Publish events; an error makes the stream give the batch again."""
    events.relay(event.to_dict()["Records"], config.settings.event_bus)


@app.on_dynamodb_record(stream_arn=config.STREAM_ARN, batch_size=100)
def count_sales(event: DynamoDBEvent) -> None:
    """Keep the report of sales in step; an error makes the stream give the batch again."""
    reports.count_sales(event.to_dict()["Records"])


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_orders(_event: CloudWatchEvent) -> None:
    """Bring on what requests, webhooks or crashes left behind."""
    time_left = Deadline(SWEEP_SECONDS)
    orders.sweep(lambda: world(Deadline(ORDER_SECONDS)), lambda: not time_left.remaining())


@app.on_sqs_message(queue=config.ERASURE_QUEUE, batch_size=1)
def forget_people(event: SQSEvent) -> None:
    """Forget who was erased; an error puts the message back on the queue."""
    time_left = Deadline(SWEEP_SECONDS)
    for record in event:
        erasure.hear(
            record.body,
            config.ERASURE_QUEUE_URL,
            lambda person, tokens_ended: privacy.forget_person(
                person,
                lambda: world(Deadline(ORDER_SECONDS)),
                lambda: not time_left.remaining(),
                tokens_ended=tokens_ended,
            ),
        )
