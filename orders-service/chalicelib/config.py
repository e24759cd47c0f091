"""The only reader of the environment."""

import os

from common import clock
from common.keyring import ServiceTokens, Signer
from common.pagination import Cursors
from common.secrets import Secrets
from common.settings import Settings
from common.storage import Bucket

settings = Settings.read("orders", os.environ)
clock.follow(settings.clock_file)

TABLE = os.environ.get("ORDERS_TABLE", "shop-orders")
STREAM_ARN = os.environ.get(
    "ORDERS_STREAM_ARN", "arn:aws:dynamodb:eu-central-1:000000000000:table/shop-orders/stream/-"
)
SET_ASIDE_QUEUE = os.environ.get("SET_ASIDE_QUEUE", "shop-orders-set-aside")
SET_ASIDE_QUEUE_URL = os.environ.get("SET_ASIDE_QUEUE_URL", "")
ERASURE_QUEUE = os.environ.get("ERASURE_QUEUE", "shop-orders-erasures")
ERASURE_QUEUE_URL = os.environ.get("ERASURE_QUEUE_URL", "")
WEBHOOKS_TABLE = os.environ.get("WEBHOOKS_TABLE", "shop-orders-webhooks")
WEBHOOK_QUEUE = os.environ.get("WEBHOOK_QUEUE", "shop-orders-webhooks")
WEBHOOK_QUEUE_URL = os.environ.get("WEBHOOK_QUEUE_URL", "")
WEBHOOKS_TO_LOOPBACK = settings.stage == "local"
MAIL_QUEUE = os.environ.get("MAIL_QUEUE", "shop-orders-mail")
MAIL_FROM = os.environ.get("MAIL_FROM", "shop@example.test")
SUPPORT_EMAIL = os.environ.get("SUPPORT_EMAIL") or MAIL_FROM  # where people are told to write, and answers go
CATALOG_URL = os.environ.get("CATALOG_URL", "")
PAYMENTS_URL = os.environ.get("PAYMENTS_URL", "https://api.stripe.com").rstrip("/")
REFUND_LIMIT = int(os.environ.get("REFUND_LIMIT", "50000"))  # minor units that staff may refund of an order by hand
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8080").rstrip("/")

PAYMENT_SECRETS_SECONDS = 300  # after which a replaced one is known everywhere

INVOICE_QUEUE = os.environ.get("INVOICE_QUEUE", "shop-orders-invoices")
INVOICE_QUEUE_URL = os.environ.get("INVOICE_QUEUE_URL", "")

# What stands on invoices; the lines of the address are parted by "|".
SELLER_NAME = os.environ.get("SELLER_NAME", "The Shop")
SELLER_ADDRESS = os.environ.get("SELLER_ADDRESS", "Example Street 1|10115 Berlin|DE").split("|")
SELLER_VAT_ID = os.environ.get("SELLER_VAT_ID", "DE000000000")
SELLER_EMAIL = os.environ.get("SELLER_EMAIL") or os.environ.get("SUPPORT_EMAIL", "help@shop.example")

secrets = Secrets(settings.secrets_prefix)
signer = Signer(lambda: secrets.fresh("signing-keys"), settings.keys_reload_s)
service_tokens = ServiceTokens(signer, settings.service)
cursors = Cursors(lambda: secrets.get("cursor-key"))
bucket = Bucket(
    os.environ.get("BUCKET", "shop-orders"),
    os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "eu-central-1"),
    os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"),
)


def payment_key() -> str:
    return secrets.recent("payment-key", PAYMENT_SECRETS_SECONDS)


def payment_webhook_secrets() -> list[str]:
    """One, or two while it is being replaced: `new,old`."""
    return secrets.recent("payment-webhook-secret", PAYMENT_SECRETS_SECONDS).split(",")


def webhook_key() -> str:
    return secrets.get("webhook-key")
