"""Layers: published once for the same bytes, and found by the functions that name them, by no others."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.package.emulator import Emulator
from tools.shop import layers
from tools.shop.home import ROOT

SHRINK = """
import io
def handler(event, context):
    from PIL import Image, ImageCms, features
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "WEBP")
    return {"size": len(out.getvalue()), "from": Image.__file__, "colours": bool(ImageCms.createProfile("sRGB"))}
"""


PRINT = """
import sys
from pathlib import Path
sys.path[:0] = [FOLDER, FOLDER + "/vendor"]
def handler(event, context):
    from chalicelib.invoices import fonts
    import reportlab
    letters = fonts.marked("Ω灯")
    return {"letters": letters, "from": reportlab.__file__, "fonts": str(fonts.folder())}
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (requirements,) = layers.wanted(ROOT / "catalog-service").values()
    return layers.build(requirements, tmp_path_factory.mktemp("layer") / "pictures.zip")


@pytest.fixture(scope="module")
def invoices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    requirements = layers.wanted(ROOT / "orders-service")["shop-orders-invoices"]
    return layers.build(requirements, tmp_path_factory.mktemp("layer") / "invoices.zip")


def shrink(emulator: Emulator, name: str, arns: list[str], source: str = SHRINK) -> Any:
    """Make a function and call it."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as zipped:
        zipped.writestr("index.py", source)
    functions, trust = emulator.aws("lambda"), {"Version": "2012-10-17", "Statement": []}
    role = emulator.aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    functions.create_function(
        FunctionName=name,
        Runtime=layers.RUNTIME,
        Handler="index.handler",
        Role=role["Arn"],
        Code={"ZipFile": code.getvalue()},
        Layers=arns,
    )
    return json.loads(functions.invoke(FunctionName=name)["Payload"].read())


def test_a_function_finds_what_is_in_its_layer_and_another_does_not(emulator: Emulator, pictures: Path) -> None:
    arn = layers.publish("shop-catalog-pictures", pictures, emulator.aws("lambda"))

    answer = shrink(emulator, "with", [arn])
    assert answer["size"] > 0
    assert answer["colours"]
    assert "layer" in answer["from"]
    assert "No module named 'PIL'" in shrink(emulator, "without", [])["errorMessage"]


def test_invoices_find_their_library_and_their_fonts_in_a_layer(emulator: Emulator, invoices: Path) -> None:
    arn = layers.publish("shop-orders-invoices", invoices, emulator.aws("lambda"))
    source = PRINT.replace("FOLDER", repr(str(ROOT / "orders-service")))

    answer = shrink(emulator, "invoices", [arn], source)

    assert answer["letters"] == 'Ω<font name="DroidSansFallbackFull">灯</font>', answer
    assert "layer" in answer["from"]
    assert Path(answer["fonts"]).parent == Path(answer["from"]).parents[1]


def test_the_licences_of_fonts_come_with_them_and_the_layer_is_small(invoices: Path) -> None:
    names = {Path(name).name for name in zipfile.ZipFile(invoices).namelist()}

    assert {"DejaVu-LICENSE.txt", "DroidSansFallback-LICENSE.txt"} <= names
    assert invoices.stat().st_size < 20_000_000


def test_the_same_bytes_are_published_once_and_others_as_another_version(emulator: Emulator, tmp_path: Path) -> None:
    arns = []
    for text in ("one", "one", "two"):
        with zipfile.ZipFile(tmp_path / "layer.zip", "w") as zipped:
            zipped.writestr(zipfile.ZipInfo("python/x.py", layers.EPOCH), text)
        arns.append(layers.publish("shop-tiny-x", tmp_path / "layer.zip", emulator.aws("lambda")))

    assert [arn.rpartition(":")[2] for arn in arns] == ["1", "1", "2"]
    stage = {"lambda_functions": {"a": {"layers": [arns[0], "arn:aws:lambda:x:1:layer:other:7"]}, "b": {}}}
    changed = layers.with_versions(stage, {"shop-tiny-x": arns[2]})
    assert changed["lambda_functions"] == {"a": {"layers": [arns[2], "arn:aws:lambda:x:1:layer:other:7"]}, "b": {}}


def test_a_layer_has_the_same_bytes_each_time_and_what_lambda_looks_for(pictures: Path, tmp_path: Path) -> None:
    (requirements,) = layers.wanted(ROOT / "catalog-service").values()
    names = zipfile.ZipFile(pictures).namelist()

    assert layers.build(requirements, tmp_path / "again.zip").read_bytes() == pictures.read_bytes()
    assert {name.split("/")[0] for name in names} == {"python"}
    assert any(name.startswith("python/PIL/__pycache__/") for name in names)
