"""The folder of a shop."""

import os

import pytest

from tools.shop.home import Home


@pytest.fixture(autouse=True)
def generous():
    """As most accounts are set up: whatever is made may be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


def test_keys_sessions_and_mails_on_disk_are_for_their_owner_only(tmp_path):
    home = Home(tmp_path / "shop")

    home.prepare()

    assert {mode(one) for one in (home.path, home.aws, home.logs, home.payments, home.pump)} == {0o700}


def test_a_folder_that_was_there_stays_as_it_was_and_what_the_shop_keeps_in_it_is_closed(tmp_path):
    home = Home(tmp_path)
    tmp_path.chmod(0o755)
    home.aws.mkdir(mode=0o755)

    home.prepare()

    assert (mode(home.path), mode(home.aws)) == (0o755, 0o700)
