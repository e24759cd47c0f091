"""What API Gateway answers itself (unknown path, body too large, function broken or late) as problem+json.

`chalice deploy` cannot set gateway responses, and each deployment resets them: they are put after it, by the same calls
in the emulator and in a real account, and become live with one more deployment of the API's stage. Known paths with an
unknown method need no such answer, since the services register their own 405 for every path.
"""

import json
from http import HTTPStatus
from typing import Any

ANSWERS = {
    "MISSING_AUTHENTICATION_TOKEN": (404, "not_found", "There is nothing at this address."),
    "RESOURCE_NOT_FOUND": (404, "not_found", "There is nothing at this address."),
    "INVALID_SIGNATURE": (404, "not_found", "There is nothing at this address."),
    "ACCESS_DENIED": (404, "not_found", "There is nothing at this address."),
    "REQUEST_TOO_LARGE": (413, "body_too_large", "The body is larger than 256 KiB."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported_media_type", "Send JSON."),
    "THROTTLED": (429, "rate_limited", "Too many requests."),
    "BAD_REQUEST_BODY": (400, "malformed_json", "The body cannot be read."),
    "EXPIRED_TOKEN": (404, "not_found", "There is nothing at this address."),
    "WAF_FILTERED": (403, "forbidden", "This request is not allowed."),
    "INTEGRATION_FAILURE": (500, "internal_error", "Something went wrong here."),
    "INTEGRATION_TIMEOUT": (503, "unavailable", "This took too long. Try again."),
    "DEFAULT_5XX": (500, "internal_error", "Something went wrong here."),
}
RETRY_LATER = (429, 503)


def answer_like_the_services(gateway: Any, api_id: str, stage: str) -> None:
    """Put the answers and deploy the stage; safe to repeat."""
    for kind, (status, code, detail) in ANSWERS.items():
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            statusCode=str(status),
            responseParameters=headers(status),
            responseTemplates={"application/json": body(status, code, detail)},
        )
    gateway.create_deployment(restApiId=api_id, stageName=stage)


def headers(status: int) -> dict[str, str]:
    """The static headers of an answer, as API Gateway writes literals."""
    found = {"Content-Type": "'application/problem+json'", "X-Request-Id": "context.requestId"}
    if status in RETRY_LATER:
        found["Retry-After"] = "'2'"
    return {f"gatewayresponse.header.{name}": value for name, value in found.items()}


def body(status: int, code: str, detail: str) -> str:
    """A template: API Gateway puts the request's id in."""
    title = HTTPStatus(status).phrase
    problem = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    return json.dumps({**problem, "request_id": "$context.requestId"})
