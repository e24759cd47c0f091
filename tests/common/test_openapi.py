"""The document that a service gives of itself."""

import pytest
from openapi_spec_validator import validate


@pytest.fixture
def document(api):
    return api.get("/openapi.json").json


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_it_names_types_parameters_and_who_may_call(document):
    put = document["paths"]["/things/{thing_id}"]["put"]

    assert put["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/PutThing"}
    assert put["x-allow"] == ["staff"]
    assert {"400", "401", "403", "413", "415", "422", "default"} < put["responses"].keys()


def test_it_leaves_out_what_every_path_has(document):
    assert document["paths"]["/things/{thing_id}"].keys() == {"get", "put", "patch"}


def test_it_tells_required_headers_and_list_parameters(document):
    headers = {p["name"]: p for p in document["paths"]["/charges"]["post"]["parameters"]}
    query = {p["name"]: p["schema"] for p in document["paths"]["/things"]["get"]["parameters"]}

    assert headers["Idempotency-Key"]["required"]
    assert query["sku"]["type"] == "array"
    assert query["limit"] == {"type": "integer", "minimum": 1, "maximum": 100}
