"""Presigned URLs made here are the ones that the SDK would make."""

import base64
import json
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from moto import mock_aws

from common import storage
from common.problems import Unavailable
from common.storage import Bucket

KEYS = botocore.credentials.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "token+/=")


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    monkeypatch.setattr(storage, "_session", lambda: SimpleNamespace(get_credentials=lambda: KEYS))


@pytest.fixture
def at(monkeypatch):
    def stand(seconds):
        monkeypatch.setattr("time.time", lambda: seconds)

    stand(1_790_000_000)
    return stand


@pytest.mark.parametrize("key", ["a.webp", "images/prd_1/ä b+c.png", "deep/er/~x"])
@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:8084"])
def test_a_presigned_get_equals_the_sdks(at, key, endpoint, monkeypatch):
    url = Bucket("shop-catalog", "eu-central-1", endpoint).presigned_get(key)
    stamp = parse_qs(urlsplit(url).query)["X-Amz-Date"][0]
    request = botocore.awsrequest.AWSRequest("GET", url.partition("?")[0])
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda: __import__("datetime").datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    )
    botocore.auth.S3SigV4QueryAuth(KEYS, "s3", "eu-central-1", expires=3 * 3600).add_auth(request)

    ours, theirs = (parse_qs(urlsplit(one).query) for one in (url, request.url))
    assert ours == theirs


def test_a_download_is_good_from_now_on_for_as_long_as_it_is_told(at, monkeypatch):
    monkeypatch.setattr("common.clock._source", lambda: 1_790_000_000)
    at(1_790_000_000)
    first = Bucket("b", "eu-central-1").presigned_download("k", 900)
    at(1_790_000_001)

    query = parse_qs(urlsplit(first.url).query)
    assert (query["X-Amz-Date"], query["X-Amz-Expires"]) == (["20260921T141320Z"], ["900"])
    assert first.expires_at == "2026-09-21T14:28:20Z"
    assert Bucket("b", "eu-central-1").presigned_download("k", 900) != first


def test_a_presigned_get_stays_the_same_for_up_to_an_hour(at):
    bucket = Bucket("b", "eu-central-1")
    at(3600 * 500_000)
    first = bucket.presigned_get("k")
    at(3600 * 500_000 + 3599)
    assert bucket.presigned_get("k") == first
    at(3600 * 500_000 + 3600)
    assert bucket.presigned_get("k") != first


def test_an_upload_form_allows_one_key_one_type_and_one_size(at):
    upload = Bucket("b", "eu-central-1", "http://127.0.0.1:1").presigned_post("k", "image/png", 123, 60)
    policy = json.loads(base64.b64decode(upload.fields["policy"]))

    assert upload.url == "http://127.0.0.1:1/b"
    assert policy["expiration"] == "2026-09-21T14:14:20Z"
    assert {"bucket": "b"} in policy["conditions"]
    assert {"key": "k"} in policy["conditions"]
    assert {"Content-Type": "image/png"} in policy["conditions"]
    assert ["content-length-range", 123, 123] in policy["conditions"]
    assert {"x-amz-security-token": "token+/="} in policy["conditions"]


def test_all_of_a_folder_is_removed_and_nothing_beside_it(aws_environment):
    bucket = Bucket("folders", "eu-central-1")
    with mock_aws():
        place = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3").create_bucket(Bucket="folders", CreateBucketConfiguration=place)
        for key in ("a/2", "a/1", "ab/1", "b/a/1"):
            bucket.put(key, b"x", "text/plain")
        assert bucket.keys("a/") == ["a/1", "a/2"]
        bucket.delete_all("a/")
        bucket.delete_all("a/")

        assert bucket.keys("") == ["ab/1", "b/a/1"]


def test_a_bucket_that_is_not_there_is_unavailable(aws_environment):
    bucket = Bucket("none", "eu-central-1")
    with mock_aws():
        for ask in (bucket.keys, bucket.read, bucket.delete_all):
            with pytest.raises(Unavailable):
                ask("a")
