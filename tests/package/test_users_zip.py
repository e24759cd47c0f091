"""What users-service does beyond answering works from its zip, with nothing but Lambda's runtime beside it."""

import subprocess
import zipfile
from collections.abc import Callable

import pytest

from tools.shop import package, rendering
from tools.shop.home import ROOT
from tools.shop.mails.authoring import words

WRITE_EACH_MAIL = """
from chalicelib.mail import letters
for kind in sys.stdin.read().split():
    mail = letters.write(kind, "ann@example.test", "Ann", 0, "/x")
    assert "Larkfield" in mail.text and "style=" in mail.html
"""
HASH_SIGN_AND_SEAL = """
import jwt
from chalicelib.accounts import passwords
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
assert passwords.verify("orchard lamp 4", passwords.hashed("orchard lamp 4"))
assert jwt.encode({"sub": "x"}, ec.generate_private_key(ec.SECP256R1()), "ES256")
assert AESGCM(bytes(32)).encrypt(bytes(12), b"x", None)
"""


@pytest.fixture(scope="module")
def errors_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """`errors_of(script, given)`: what a script complains of among the unpacked files."""
    work = tmp_path_factory.mktemp("users")
    rendering.render(ROOT / "users-service", work / "users")
    zipfile.ZipFile(package.build(work / "users", "dev")).extractall(work / "task")
    python = package.clean_interpreter(work / "python")
    environment = package.tool_environment() | package.stage_environment(work / "users", "dev")

    def run(script: str, given: str = "") -> str:
        command = [python, "-I", "-c", f"import sys; sys.path.insert(0, '.')\n{script}"]
        ran = subprocess.run(
            command, cwd=work / "task", env=environment, input=given, capture_output=True, text=True, check=False
        )
        return ran.stderr

    return run


def test_it_writes_each_mail(errors_of: Callable[..., str]) -> None:
    assert errors_of(WRITE_EACH_MAIL, " ".join(words("users"))) == ""


def test_it_hashes_signs_and_seals(errors_of: Callable[..., str]) -> None:
    assert errors_of(HASH_SIGN_AND_SEAL) == ""
