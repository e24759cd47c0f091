"""ImportRestApi and PutRestApi for ministack's API Gateway, which `chalice deploy` makes its routes with.

ministack has the import for CloudFormation only and drops what it does not need there: request templates, integration
responses (so a CORS preflight had no headers), binary media types and gateway responses.
"""

import json
from typing import Any

from ministack.services import apigateway_v1 as gateway

Response = tuple[int, dict[str, str], bytes]

_handle_request = gateway.handle_request
_import_rest_api = gateway._import_rest_api
_import_operation = gateway._import_operation


def install() -> None:
    """Put the three functions below in the place of ministack's."""
    gateway.handle_request = handle_request
    gateway._import_rest_api = import_rest_api
    gateway._import_operation = import_operation


async def handle_request(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
) -> Any:
    """The two calls that ministack lacks; all others go on to it."""
    parts = path.strip("/").split("/")
    if parts[0] == "restapis" and query.get("mode"):
        if method == "POST" and len(parts) == 1:
            return create(json.loads(body), query)
        if method == "PUT" and len(parts) == 2:
            return overwrite(parts[1], json.loads(body))
    if method == "PATCH" and parts[0] == "restapis" and len(parts) == 2:
        body = without_emptied(body)
    return await _handle_request(method, path, headers, body, query)


def without_emptied(body: bytes) -> bytes:
    """UpdateRestApi: Chalice empties the compression size that it does not set; ministack would answer with that."""
    request = json.loads(body)
    kept = [operation for operation in request["patchOperations"] if operation.get("value") != ""]
    return json.dumps({**request, "patchOperations": kept}).encode()


def create(definition: dict[str, Any], query: dict[str, list[str]]) -> Response:
    """ImportRestApi."""
    types = (query.get("endpointConfigurationTypes") or ["EDGE"])[0].split(",")
    api_id = import_rest_api(definition, {"endpointConfiguration": {"types": types}})
    _, headers, body = gateway._get_rest_api(api_id)
    return 201, headers, body


def overwrite(api_id: str, definition: dict[str, Any]) -> Any:
    """PutRestApi: build the new definition beside the old one, then move it under the old id."""
    if api_id not in gateway._rest_apis:
        return gateway._v1_error("NotFoundException", "Invalid API identifier specified", 404)
    kept = gateway._rest_apis[api_id]
    new_id = import_rest_api(definition, {"tags": kept["tags"], "endpointConfiguration": kept["endpointConfiguration"]})
    for store in (gateway._resources, gateway._authorizers_v1, gateway._models, gateway._gateway_responses):
        store[api_id] = store.get(new_id, {})
    new = gateway._rest_apis[new_id]
    kept.update({name: new[name] for name in ("name", "description", "version", "binaryMediaTypes", "policy")})
    gateway._delete_rest_api(new_id)
    return gateway._get_rest_api(api_id)


def import_rest_api(definition: dict[str, Any], base: dict[str, Any] | None = None) -> str:
    """An API with the x-amazon-apigateway-* fields at the top of its definition."""
    data = {
        "binaryMediaTypes": definition.get("x-amazon-apigateway-binary-media-types") or [],
        "minimumCompressionSize": definition.get("x-amazon-apigateway-minimum-compression-size"),
        "policy": definition.get("x-amazon-apigateway-policy"),
        "description": (definition.get("info") or {}).get("description", ""),
        **{name: value for name, value in (base or {}).items() if value not in (None, "", [])},
    }
    api_id: str = _import_rest_api(definition, data)
    for kind, reply in (definition.get("x-amazon-apigateway-gateway-responses") or {}).items():
        gateway._put_gateway_response(api_id, kind, reply)
    return api_id


def import_operation(api_id: str, resource_id: str, verb: str, operation: dict[str, Any] | None, *rest: Any) -> None:
    """A method with its request templates and integration responses."""
    _import_operation(api_id, resource_id, verb, operation, *rest)
    integration = (operation or {}).get("x-amazon-apigateway-integration")
    if not integration:
        return
    method = gateway._resources[api_id][resource_id]["resourceMethods"][verb]
    method["methodIntegration"].update(
        requestTemplates=integration.get("requestTemplates", {}),
        passthroughBehavior=integration.get("passthroughBehavior", "when_no_match").upper(),
        contentHandling=integration.get("contentHandling"),
    )
    for pattern, reply in (integration.get("responses") or {}).items():
        selection = "" if pattern == "default" else pattern
        status = str(reply.get("statusCode", "200"))
        gateway._put_integration_response(api_id, resource_id, verb, status, {**reply, "selectionPattern": selection})
