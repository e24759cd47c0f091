"""Commands for a shop that runs, where none does, or where they can't do what they are told."""

import pytest
from click.testing import CliRunner

from tools.shop.cli import shop


@pytest.fixture
def say(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_HOME", str(tmp_path / "shop"))
    return lambda *words: CliRunner().invoke(shop, words)


@pytest.mark.parametrize(
    "words",
    [
        "seed",
        "repair catalog",
        "repair sales",
        "search check",
        "search rebuild",
        "pictures check",
        "reconcile",
        "stuck",
        "admin create a@b.test",
        "export products.csv",
        "import --resume imp_1",
    ],
)
def test_a_command_for_a_shop_that_does_not_run_says_so_and_leaves_no_folder(words, say, tmp_path):
    said = say(*words.split())

    assert (said.exit_code, said.output) == (1, "Error: The shop does not run here: python3 run.py\n")
    assert not (tmp_path / "shop").exists()


def test_an_export_into_no_folder_is_refused_before_it_is_made(say, tmp_path):
    assert f"There is no folder {tmp_path}/none." in say("export", f"{tmp_path}/none/products.csv").output


def test_a_file_in_place_of_the_shops_folder_is_named(say, tmp_path):
    (tmp_path / "shop").write_text("")

    assert str(say("up").exception) == f"SHOP_HOME is {tmp_path}/shop, which can't be used: File exists."


def test_a_password_file_that_is_no_text_is_named(say, tmp_path):
    (tmp_path / "picture").write_bytes(b"\xff\xd8")

    said = say("admin", "create", "a@b.test", "--password-file", f"{tmp_path}/picture")
    assert f"{tmp_path}/picture is no text" in said.output
