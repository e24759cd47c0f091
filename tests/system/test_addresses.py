"""Address books in a running shop, where several changes come at once: fifty at most, and one default."""

import random

import pytest

from tests.system.web import all_at_once

PATH = "/users/me/addresses"
HOME = {"name": "Ann Example", "line1": "Hidden Lane 7", "city": "Berlin", "postal_code": "10115", "country": "DE"}


@pytest.fixture
def person(shop):
    return shop.as_role("staff")


def add(person, default=False):
    return person.post(PATH, {**HOME, "is_default": default})


def book(person):
    return person.get(f"{PATH}?limit=100").json["items"]


def defaults(person):
    return sum(one["is_default"] for one in book(person))


def test_of_those_that_race_to_be_the_first_one_is_the_default(person):
    added = all_at_once([lambda: add(person)] * 16)

    assert [answer.status for answer in added] == [201] * 16
    assert (len(book(person)), defaults(person)) == (16, 1)


def test_the_fiftieth_place_is_given_once(person):
    for _ in range(47):
        assert add(person).status == 201
    statuses = [answer.status for answer in all_at_once([lambda: add(person)] * 12)]

    assert sorted(statuses) == [201] * 3 + [422] * 9
    assert len(book(person)) == 50
    one = book(person)[0]["id"]
    assert sorted(answer.status for answer in all_at_once([lambda: person.delete(f"{PATH}/{one}")] * 4)) == [
        204,
        *[404] * 3,
    ]
    assert [add(person).status, add(person).status] == [201, 422]


def test_whoever_races_to_be_the_default_or_to_remove_it_one_is_left(person):
    for seed in range(6):
        chance = random.Random(seed)
        for _ in range(6):
            add(person, default=chance.random() < 0.5)
        ids = [one["id"] for one in book(person)]
        calls = [lambda one=one: person.put(f"{PATH}/{one}", {**HOME, "is_default": True}) for one in ids]
        calls += [lambda one=one: person.delete(f"{PATH}/{one}") for one in ids[: chance.randint(1, len(ids))]]
        calls += [lambda: add(person, default=True), lambda: add(person)]
        chance.shuffle(calls)
        statuses = {answer.status for answer in all_at_once(calls)}

        assert statuses <= {200, 201, 204, 404}
        assert defaults(person) == 1
