"""catalog-service: categories, products and their pictures, stock, and reservations of it."""

from chalice.app import CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib import config, sweeping, table
from chalicelib.categories.routes import routes as categories
from chalicelib.exports import domain as exports
from chalicelib.exports.routes import routes as export_routes
from chalicelib.followers import followers
from chalicelib.images import domain as images
from chalicelib.images import jobs, renditions
from chalicelib.images.routes import routes as image_routes
from chalicelib.imports import domain as imports
from chalicelib.imports.routes import routes as import_routes
from chalicelib.privacy import domain as privacy
from chalicelib.privacy.routes import routes as privacy_routes
from chalicelib.products import domain as products
from chalicelib.products.routes import routes as product_routes
from chalicelib.reservations import domain as reservations
from chalicelib.reservations.routes import routes as reservation_routes
from chalicelib.reviews import domain as reviews
from chalicelib.reviews.routes import routes as review_routes
from chalicelib.stock import domain as stock
from chalicelib.stock.routes import routes as stock_routes
from common import erasure
from common.service import make_app
from common.streams import FROM_OLDEST

app = make_app(
    config.settings,
    config.signer,
    blueprints=[
        categories,
        product_routes,
        image_routes,
        stock_routes,
        reservation_routes,
        review_routes,
        import_routes,
        export_routes,
        privacy_routes,
    ],
    dependencies={"dynamodb": table.reachable, "s3": lambda: config.bucket.size("health")},
)
table.CatalogItem.connect()


@app.on_dynamodb_record(stream_arn=config.CATALOG_STREAM_ARN, batch_size=1000, starting_position=FROM_OLDEST)
def follow_catalog(event: DynamoDBEvent) -> None:
    """Keep the search index in step; while S3 is down this waits."""
    followers.follow("follow_catalog", event.to_dict()["Records"])


@app.on_dynamodb_record(stream_arn=config.STOCK_STREAM_ARN, batch_size=100, starting_position=FROM_OLDEST)
def follow_stock(event: DynamoDBEvent) -> None:
    """Settle sales, keep cards in step and note low stock."""
    followers.follow("follow_stock", event.to_dict()["Records"])


@app.on_dynamodb_record(stream_arn=config.STOCK_STREAM_ARN, batch_size=100, starting_position=FROM_OLDEST)
def tell_low_stock(event: DynamoDBEvent) -> None:
    """Publish what was noted: apart from the rest, which does not wait until EventBridge is back."""
    followers.follow("tell_low_stock", event.to_dict()["Records"])


@app.on_sqs_message(queue=config.SET_ASIDE_QUEUE, batch_size=1, maximum_concurrency=2)
def take_up(event: SQSEvent) -> None:
    """Follow a record that was set aside; an error puts it back on the queue."""
    for record in event:
        followers.take_up(record.body)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(_: CloudWatchEvent) -> None:
    """Give expired holds back, and finish what a crash left."""
    of = (reservations, stock, products, images, imports, exports)
    sweeping.each((reservations.sweep_sales, *(one.sweep for one in of)), lambda sweep: sweep())


@app.schedule(Rate(1, unit=Rate.DAYS))
def tidy_pictures(_: CloudWatchEvent) -> None:
    """Remove from the bucket what no product names, and have made again what is missing."""
    from chalicelib.images import repair

    repair.mend(repair.check())


@app.on_sqs_message(queue=config.PICTURE_QUEUE, batch_size=1)
def make_renditions(event: SQSEvent) -> None:
    """Look into an uploaded picture and make what is shown of it; an error puts the message back on the queue."""
    for record in event:
        renditions.make(jobs.received(record.body))


@app.on_sqs_message(queue=config.DELIVERY_QUEUE, batch_size=1)
def remember_deliveries(event: SQSEvent) -> None:
    """Note who received what, and may review it; an error puts the message back on the queue."""
    for record in event:
        reviews.remember_delivery(record.body)


@app.on_sqs_message(queue=config.IMPORT_QUEUE, batch_size=1)
def bring_in(event: SQSEvent) -> None:
    """Go on with an import for some seconds; an error puts the message back on the queue."""
    from chalicelib.imports import worker

    for record in event:
        worker.work(record.body)


@app.on_sqs_message(queue=config.EXPORT_QUEUE, batch_size=1)
def write_out(event: SQSEvent) -> None:
    """Write an export; an error puts the message back on the queue."""
    from chalicelib.exports import worker

    for record in event:
        worker.work(record.body)


@app.on_sqs_message(queue=config.ERASURE_QUEUE, batch_size=1)
def forget_people(event: SQSEvent) -> None:
    """Forget who was erased; an error puts the message back on the queue."""
    for record in event:
        erasure.hear(record.body, config.ERASURE_QUEUE_URL, privacy.forget_person)
