"""What the tools' own processes log of what libraries say: kind and place of an error, not what somebody typed."""

import json
import logging

from tools.shop.child import Json


def logged(message: str, error: Exception | None = None) -> dict[str, object]:
    try:
        if error:
            raise error
    except ValueError as caught:
        kept = (type(caught), caught, caught.__traceback__)
    record = logging.LogRecord("aiohttp", logging.ERROR, "x.py", 1, message, None, kept if error else None)
    line: dict[str, object] = json.loads(Json().format(record))
    return line


def test_an_error_is_told_by_its_kind_and_its_place() -> None:
    line = logged("Error handling request", ValueError("ann@example.test"))

    assert (line["message"], line["error"]) == ("Error handling request", "ValueError")
    assert str(line["where"]).endswith("logged']")
    assert "ann@example.test" not in json.dumps(line)


def test_a_message_is_its_first_line() -> None:
    assert logged("Task exception was never retrieved\nfuture: 'ann@example.test'")["message"] == (
        "Task exception was never retrieved"
    )
