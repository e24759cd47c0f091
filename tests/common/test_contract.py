"""What common gives to every service keeps to its own description."""

from tests.common.conftest import app
from tests.support import contract

schema = contract.schema(app)


@schema.parametrize()
@contract.examples
def test_every_answer_keeps_to_the_description(case):
    contract.check(case, "catalog")
