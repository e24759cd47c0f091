"""catalog-service: categories, products and their pictures, stock, and reservations of it."""

from chalice.app import CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib import config, events, table
from chalicelib.categories.routes import routes as categories
from chalicelib.images.routes import routes as images
from chalicelib.privacy import domain as privacy
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.products import domain as products
from chalicelib.products.routes import routes as product_routes
from chalicelib.reservations import domain as reservations
from chalicelib.reservations.routes import routes as reservation_routes
from chalicelib.search import domain as search
from chalicelib.stock.routes import routes as stock
from common import erasure
from common.http import make_app

app = make_app(
    config.settings,
    config.signer,
    blueprints=[categories, product_routes, images, stock, reservation_routes, privacy_routes],
    dependencies={"dynamodb": table.reachable, "s3": lambda: config.bucket.size("health")},
)
table.CatalogItem.connect()


@app.on_dynamodb_record(stream_arn=config.CATALOG_STREAM_ARN, batch_size=100)
def follow_catalog(event: DynamoDBEvent) -> None:
    """Keep the search index in step; an error makes the stream give the batch again."""
    search.follow(events.changed(event.to_dict()["Records"]))


@app.on_dynamodb_record(stream_arn=config.STOCK_STREAM_ARN, batch_size=100)
def follow_stock(event: DynamoDBEvent) -> None:
    """Settle sales and keep cards in step; an error makes the stream give the batch again."""
    records = event.to_dict()["Records"]
    for reservation_id in events.sold(records):
        reservations.settle_sale(reservation_id)
    for product_id in events.turned(records):
        products.follow_stock(product_id)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(_: CloudWatchEvent) -> None:
    """Give expired holds back, and finish what a crash left."""
    reservations.sweep()
    products.sweep()


@app.on_sqs_message(queue=config.ERASURE_QUEUE, batch_size=1)
def forget_people(event: SQSEvent) -> None:
    """Forget who was erased; an error puts the message back on the queue."""
    for record in event:
        erasure.hear(record.body, config.ERASURE_QUEUE_URL, privacy.forget_person)
