"""POST /sessions/refresh at users-service, against a bare conditional update of the same emulator.

Target: at most 1.5 times as long. The bare update (boto3) sets as much under as many conditions on an item of the same
table. The calls alternate, each on a kept connection of its own; medians of the wall clock.
"""

from collections.abc import Callable

from bench import stack, tables

BATCHES = 3
TARGET = 1.5
BARE = "bare conditional update (boto3)"
REFRESH = "refresh at users-service itself"


def main() -> None:
    with stack.running() as shop:
        calls: dict[str, Callable[[], object]] = {
            BARE: bare(shop),
            REFRESH: refresh(shop.client("users"), "/sessions"),
            "refresh through the edge": refresh(shop.client(), "/api/sessions"),
            "users-service's /health itself": health(shop),
        }
        batches = [stack.medians(calls) for _ in range(BATCHES)]
    least = min(batches, key=lambda batch: batch[BARE])
    one = least[BARE]
    tables.show(["call", "median ms", "ratio"], [[name, f"{ms:.2f}", f"{ms / one:.2f}"] for name, ms in least.items()])
    ratios = ", ".join(f"{batch[REFRESH] / batch[BARE]:.2f}" for batch in batches)
    print(f"\nRatio of refresh and bare update in {BATCHES} batches: {ratios}; target at most {TARGET}.")


def refresh(client: stack.Client, path: str) -> Callable[[], object]:
    """Exchanges the last refresh token of a guest."""
    pair = client.ask("POST", f"{path}/guest", {})

    def call() -> None:
        nonlocal pair
        pair = client.ask("POST", f"{path}/refresh", {"refresh_token": pair["refresh_token"]})

    return call


def health(shop: stack.Stack) -> Callable[[], object]:
    client = shop.client("users")
    return lambda: client.raw("/health")


def bare(shop: stack.Stack) -> Callable[[], object]:
    client = stack.dynamodb(shop.url("aws"))
    table, key = shop.environment("users")["USERS_TABLE"], {"pk": {"S": "USER#gst_bench"}, "sk": {"S": "SESS#bench"}}
    former = {name: {"S": "0" * 64} for name in ("current", "former", "sealed", "role", "session_id", "user_id")}
    times = {name: {"N": "1700000000"} for name in ("rotated_at_ms", "used_at", "expires_at", "created_at")}
    client.put_item(TableName=table, Item={**key, **former, **times})
    names = {f"#{number}": name for number, name in enumerate([*list(former)[:3], *list(times)[:3]])}
    values = {f":{number}": (former | times)[name] for number, name in enumerate(names.values())}
    return lambda: client.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET " + ", ".join(f"#{number} = :{number}" for number in range(len(names))),
        ConditionExpression="#0 = :0 AND #5 = :5",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
