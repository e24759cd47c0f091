"""A zip holds what the service needs and nothing that Lambda has, and is the same wherever it is built."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tools.shop import package, rendering
from tools.shop.home import ROOT
from tools.shop.rendering import PackagingFailed

TINY = Path(__file__).parent / "tiny"
COMMON = ROOT / "common"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("here") / "tiny"
    rendering.render(TINY, made)
    return made


@pytest.fixture(scope="module")
def zipped(folder: Path) -> Path:
    return package.build(folder, "dev")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.clean_interpreter(tmp_path_factory.mktemp("python"))


def test_it_holds_the_code_and_no_part_of_lambdas_runtime(zipped: Path) -> None:
    names = set(zipfile.ZipFile(zipped).namelist())
    assert {"app.py", "chalicelib/version.py", "common/clock.py", "chalice/app.py", "msgspec/__init__.py"} <= names
    assert not {name.split("/")[0] for name in names} & set(package.RUNTIME_HAS)


def test_every_module_has_bytecode_that_is_never_checked(zipped: Path) -> None:
    files = zipfile.ZipFile(zipped)
    modules = [name for name in files.namelist() if name.endswith(".py")]
    for module in modules:
        head, _, tail = module.rpartition("/")
        cached = f"{head}/" * bool(head) + f"__pycache__/{tail[:-3]}.cpython-{rendering.ABI[2:]}.pyc"
        assert int.from_bytes(files.read(cached)[4:8], "little") == 0b01, cached


def test_the_same_sources_give_the_same_bytes_in_another_folder_at_another_time(zipped: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "tiny-copy"
    shutil.copytree(TINY, elsewhere, symlinks=True)
    (elsewhere / "vendor" / "common").unlink()
    (elsewhere / "vendor" / "common").symlink_to(COMMON)
    os.utime(elsewhere / "app.py", (0, 0))
    (elsewhere / "app.py").chmod(0o600)
    (elsewhere / "chalicelib" / "__pycache__").mkdir()
    (elsewhere / "chalicelib" / "__pycache__" / "left-over.pyc").write_bytes(b"stale")

    rendering.render(elsewhere, tmp_path / "rendered")

    assert package.build(tmp_path / "rendered", "dev").read_bytes() == zipped.read_bytes()


def test_it_imports_where_there_is_boto3_only(zipped: Path, folder: Path, python: Path) -> None:
    package.import_it(zipped, python, package.stage_environment(folder, "dev"))


def test_a_module_missing_from_it_is_found_out(zipped: Path, folder: Path, python: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(zipped) as whole, zipfile.ZipFile(broken, "w") as without:
        for name in whole.namelist():
            if "common/clock" not in name and "common/__pycache__/clock" not in name:
                without.writestr(name, whole.read(name))
    with pytest.raises(PackagingFailed, match=r"common\.clock"):
        package.import_it(broken, python, package.stage_environment(folder, "dev"))


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["common/__init__.py", "botocore/data.json"], "ships botocore"),
        (["app.py"], "no common/"),
    ],
)
def test_a_zip_with_too_much_or_too_little_is_refused(tmp_path: Path, names: list[str], complaint: str) -> None:
    with zipfile.ZipFile(tmp_path / "wrong.zip", "w") as wrong:
        for name in names:
            wrong.writestr(name, "")
    with pytest.raises(PackagingFailed, match=complaint):
        package.check(tmp_path / "wrong.zip")


def test_a_zip_that_has_grown_too_large_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as large:
        large.writestr("common/__init__.py", os.urandom(package.LIMIT_BYTES + 1))
    with pytest.raises(PackagingFailed, match="the limit is"):
        package.check(tmp_path / "large.zip")


def test_a_dependency_that_cannot_be_had_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"{(tmp_path / 'nowhere').as_uri()}\n")
    with pytest.raises(Exception, match="nowhere"):
        rendering.fetch(tmp_path / "requirements.txt", tmp_path / "unpacked")
    assert not (tmp_path / "unpacked").exists()


def test_what_was_deployed_before_is_remembered_and_what_was_removed_is_gone(tmp_path: Path) -> None:
    target = tmp_path / "tiny"
    (target / ".chalice" / "deployed").mkdir(parents=True)
    (target / ".chalice" / "deployed" / "cloud.json").write_text("{}")
    (target / "chalicelib").mkdir()
    (target / "chalicelib" / "removed.py").write_text("")

    rendering.render(TINY, target, {"cloud": {"environment_variables": {"SECRET": "x"}}})

    assert (target / ".chalice" / "deployed" / "cloud.json").exists()
    assert not (target / "chalicelib" / "removed.py").exists()
    assert package.stage_environment(target, "cloud") == {"SECRET": "x"}
    assert (target / ".chalice" / "config.json").stat().st_mode & 0o077 == 0
