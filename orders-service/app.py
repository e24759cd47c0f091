"""orders-service: carts, checkout, orders, payments."""

from chalice import Rate
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from chalicelib import config, table
from chalicelib.cart.routes import routes as cart
from chalicelib.checkout.routes import routes as checkout
from chalicelib.checkout.wiring import new_breaker, world
from chalicelib.discounts.routes import routes as discounts
from chalicelib.followers import followers
from chalicelib.invoices import domain as invoices
from chalicelib.invoices import jobs as invoice_jobs
from chalicelib.invoices.routes import routes as invoice_routes
from chalicelib.orders import domain as orders
from chalicelib.orders.routes import routes as order_routes
from chalicelib.payments.routes import routes as payments
from chalicelib.pricing.routes import routes as pricing
from chalicelib.privacy import domain as privacy
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.refunds.routes import routes as refunds
from chalicelib.reports.routes import routes as report_routes
from chalicelib.returns.routes import routes as returns
from chalicelib.shipments.routes import routes as shipments
from chalicelib.webhooks.routes import routes as webhooks
from common import erasure
from common.deadline import Deadline
from common.service import make_app
from common.streams import FROM_OLDEST

SWEEP_SECONDS = 35  # with the last order's time still within the minute
ORDER_SECONDS = 20
RECONCILE_SECONDS = 600
WEBHOOK_SECONDS = 45

app = make_app(
    config.settings,
    config.signer,
    blueprints=[
        cart,
        checkout,
        discounts,
        invoice_routes,
        order_routes,
        payments,
        pricing,
        privacy_routes,
        report_routes,
        refunds,
        returns,
        shipments,
        webhooks,
    ],
    dependencies={"dynamodb": table.reachable, "s3": lambda: config.bucket.size("documents/health")},
)
table.OrdersItem.connect()


@app.on_dynamodb_record(stream_arn=config.STREAM_ARN, batch_size=10, starting_position=FROM_OLDEST)
def relay_outbox(event: DynamoDBEvent) -> None:
    """Publish events."""
    followers.follow("relay_outbox", event.to_dict()["Records"])


@app.on_dynamodb_record(stream_arn=config.STREAM_ARN, batch_size=100, starting_position=FROM_OLDEST)
def count_sales(event: DynamoDBEvent) -> None:
    """Keep the report of sales in step."""
    followers.follow("count_sales", event.to_dict()["Records"])


@app.on_sqs_message(queue=config.SET_ASIDE_QUEUE, batch_size=1, maximum_concurrency=2)
def take_up(event: SQSEvent) -> None:
    """Follow a record that was set aside; an error puts it back on the queue."""
    for record in event:
        followers.take_up(record.body)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_orders(_event: CloudWatchEvent) -> None:
    """Bring on what requests, webhooks or crashes left behind."""
    time_left = Deadline(SWEEP_SECONDS)
    breaker = new_breaker()
    orders.sweep(lambda: world(Deadline(ORDER_SECONDS), breaker), lambda: not time_left.remaining())


@app.schedule(Rate(1, unit=Rate.HOURS))
def reconcile_orders(_event: CloudWatchEvent) -> None:
    """Compare the payment provider's ledger, the orders and catalog's reservations, and mend."""
    from chalicelib.reconciliation import domain as reconciliation
    from chalicelib.reconciliation.wiring import books

    time_left = Deadline(RECONCILE_SECONDS)
    reconciliation.reconcile_orders(books(time_left), lambda: time_left.remaining() < ORDER_SECONDS)


@app.on_sqs_message(queue=config.INVOICE_QUEUE, batch_size=1, maximum_concurrency=2)
def make_invoices(event: SQSEvent) -> None:
    """Make what an order has no PDF of yet; an error puts the message back. Few at once: they take numbers in turn."""
    for record in event:
        invoices.make_documents(invoice_jobs.received(record.body))


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


@app.on_sqs_message(queue=config.WEBHOOK_QUEUE, batch_size=1)
def send_webhooks(event: SQSEvent) -> None:
    """Tell merchants' endpoints of an order; an error puts the message back on the queue."""
    from chalicelib.webhooks import worker

    for record in event:
        worker.hear(record.body)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def retry_webhooks(_event: CloudWatchEvent) -> None:
    """Try again what an endpoint did not take."""
    from chalicelib.webhooks import worker

    time_left = Deadline(WEBHOOK_SECONDS)
    worker.retry(lambda: time_left.remaining() > 0)


@app.on_sqs_message(queue=config.MAIL_QUEUE, batch_size=1)
def send_mail(event: SQSEvent) -> None:
    """Tell a buyer of one event; an error puts it back on the queue."""
    from chalicelib.mail import domain as mail

    for record in event:
        mail.tell_buyer(record.body)
