"""The only reader of the environment."""

import hashlib
import hmac
import os

from common import clock
from common.keyring import Signer
from common.pagination import Cursors
from common.secrets import Secrets
from common.settings import Settings
from common.storage import Bucket

settings = Settings.read("users", os.environ)
clock.follow(settings.clock_file)

TABLE = os.environ.get("USERS_TABLE", "shop-users")
STREAM_ARN = os.environ.get("USERS_STREAM_ARN", "arn:aws:dynamodb:eu-central-1:000000000000:table/shop-users/stream/-")
SET_ASIDE_QUEUE = os.environ.get("SET_ASIDE_QUEUE", "shop-users-set-aside")
SET_ASIDE_QUEUE_URL = os.environ.get("SET_ASIDE_QUEUE_URL", "")
MAIL_QUEUE = os.environ.get("MAIL_QUEUE", "shop-users-mail")
MAIL_QUEUE_URL = os.environ.get("MAIL_QUEUE_URL", "")
MAIL_FROM = os.environ.get("MAIL_FROM", "shop@example.test")
SUPPORT_EMAIL = os.environ.get("SUPPORT_EMAIL") or MAIL_FROM  # where people are told to write, and answers go
OIDC_PROVIDERS = os.environ.get("OIDC_PROVIDERS", "[]")
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8080").rstrip("/")

# What one source address may do in ten minutes. Failed log-ins are those from devices that the account does not know.
LIMITS = {
    "registration": int(os.environ.get("REGISTRATIONS_PER_SOURCE", "100")),
    "reset": int(os.environ.get("RESETS_PER_SOURCE", "100")),
    "guest": int(os.environ.get("GUESTS_PER_SOURCE", "100")),
    "login_failure": int(os.environ.get("LOGIN_FAILURES_PER_SOURCE", "100")),
}

secrets = Secrets(settings.secrets_prefix)
signer = Signer(lambda: secrets.fresh("signing-keys"), settings.keys_reload_s)
cursors = Cursors(lambda: secrets.get("cursor-key"))
bucket = Bucket(
    os.environ.get("BUCKET", "shop-users"),
    os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "eu-central-1"),
    os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"),
)


def keyed_hash(purpose: str, text: str) -> bytes:
    """HMAC-SHA256 under a key of this service, one key for each purpose; 32 bytes."""
    key = hmac.digest(secrets.get("email-key").encode(), purpose.encode(), hashlib.sha256)
    return hmac.digest(key, text.encode(), hashlib.sha256)
