"""The published description is valid, and every answer to generated requests keeps to it."""

from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from tests.support import contract

schema = contract.schema(app.app)


def test_the_description_is_valid_openapi(api):
    OpenAPIV31SpecValidator(api.get("/openapi.json").json).validate()


@schema.parametrize()
@contract.examples
def test_every_answer_keeps_to_the_description(case, aws, catalog, provider):
    contract.check(case, "orders")
