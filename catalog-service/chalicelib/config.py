"""The only reader of the environment."""

import os

from common import clock
from common.keyring import Signer
from common.pagination import Cursors
from common.secrets import Secrets
from common.settings import Settings
from common.storage import Bucket

settings = Settings.read("catalog", os.environ)
clock.follow(settings.clock_file)

CATALOG_TABLE = os.environ.get("CATALOG_TABLE", "shop-catalog")
STOCK_TABLE = os.environ.get("STOCK_TABLE", "shop-catalog-stock")
CATALOG_STREAM_ARN = os.environ.get(
    "CATALOG_STREAM_ARN", "arn:aws:dynamodb:eu-central-1:000000000000:table/shop-catalog/stream/none"
)
STOCK_STREAM_ARN = os.environ.get(
    "STOCK_STREAM_ARN", "arn:aws:dynamodb:eu-central-1:000000000000:table/shop-catalog-stock/stream/none"
)
SET_ASIDE_QUEUE = os.environ.get("SET_ASIDE_QUEUE", "shop-catalog-set-aside")
SET_ASIDE_QUEUE_URL = os.environ.get("SET_ASIDE_QUEUE_URL", "")
ERASURE_QUEUE = os.environ.get("ERASURE_QUEUE", "shop-catalog-erasures")
ERASURE_QUEUE_URL = os.environ.get("ERASURE_QUEUE_URL", "")
IMPORT_QUEUE = os.environ.get("IMPORT_QUEUE", "shop-catalog-imports")
IMPORT_QUEUE_URL = os.environ.get("IMPORT_QUEUE_URL", "")
EXPORT_QUEUE = os.environ.get("EXPORT_QUEUE", "shop-catalog-exports")
EXPORT_QUEUE_URL = os.environ.get("EXPORT_QUEUE_URL", "")
DELIVERY_QUEUE = os.environ.get("DELIVERY_QUEUE", "shop-catalog-deliveries")
PICTURE_QUEUE = os.environ.get("PICTURE_QUEUE", "shop-catalog-pictures")
PICTURE_QUEUE_URL = os.environ.get("PICTURE_QUEUE_URL", "")

REVIEWS_MODERATED = os.environ.get("REVIEWS_MODERATED", "no") == "yes"
REVIEWS_PER_DAY = int(os.environ.get("REVIEWS_PER_DAY", "20"))

CURRENCY = os.environ.get("CURRENCY", "EUR")

secrets = Secrets(settings.secrets_prefix)
signer = Signer(lambda: secrets.fresh("signing-keys"), settings.keys_reload_s)
cursors = Cursors(lambda: secrets.get("cursor-key"))
bucket = Bucket(
    os.environ.get("BUCKET", "shop-catalog"),
    os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "eu-central-1"),
    os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"),
)
