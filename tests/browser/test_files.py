"""The storefront's files, without a browser."""

import base64
import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STOREFRONT = ROOT / "storefront"
SCRIPTS = sorted(STOREFRONT.glob("src/**/*.js"))
IMPORT = re.compile(r'(?:^|\s)(?:import\s*\(?|from)\s*"([^"]+)"')
CODE = re.compile(r'^    code = "(\w+)"$', re.MULTILINE)

# Refusals that a shopper or staff at the storefront cannot meet: they answer other services, or a faulty client.
NEVER_SHOWN = {
    "bad_request", "category_not_empty", "conflict", "idempotency_key_invalid", "idempotency_key_required",
    "idempotency_mismatch", "if_match_required", "malformed_json", "method_not_allowed", "payment_required",
    "precondition_failed", "precondition_required", "reservation_closed", "reservation_committed",
    "reservation_expired", "reservation_mismatch", "reservation_not_committed", "return_exceeds", "signature_invalid",
    "token_expired", "token_missing", "unprocessable", "unsupported_media_type",
}  # fmt: skip


def test_the_policy_allows_the_import_map_and_no_other_inline_script():
    page = (STOREFRONT / "index.html").read_text()
    inline = re.findall(r"<script(?![^>]*src=)[^>]*>(.*?)</script>", page, re.DOTALL)

    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]

    assert re.findall(r"'sha256-([^']+)'", page) == hashes


def test_modules_import_only_what_is_there():
    bare = {"preact", "preact/hooks", "htm"}

    imported = [(script, name) for script in SCRIPTS for name in IMPORT.findall(script.read_text())]

    assert imported
    assert [
        (str(script), name) for script, name in imported if name not in bare and not (script.parent / name).is_file()
    ] == []


def test_nothing_is_fetched_from_elsewhere():
    files = [*SCRIPTS, *STOREFRONT.glob("styles/*.css"), *STOREFRONT.glob("**/*.html")]

    addresses = {found for file in files for found in re.findall(r"https?://[\w.:*]+", file.read_text())}

    # Where pictures are stored locally, as the policy allows it, and the name of an XML namespace.
    assert addresses <= {"http://localhost:*", "http://127.0.0.1:*", "http://www.w3.org"}


def test_every_refusal_that_people_can_meet_is_said_in_plain_words():
    declared = [ROOT / "common" / "problems.py", *ROOT.glob("*-service/chalicelib/errors.py")]
    codes = {code for file in declared for code in CODE.findall(file.read_text())}
    messages = (STOREFRONT / "src/api/messages.js").read_text()

    assert {code for code in codes if f"\n  {code}: " not in messages} <= NEVER_SHOWN


def test_copied_code_keeps_its_licence():
    for folder in (STOREFRONT / "vendor").iterdir():
        assert not folder.is_dir() or (folder / "LICENSE").is_file()
