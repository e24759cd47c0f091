"""Lambda layers: libraries that one function of a service needs and that are too large for the zip of all.

`<service>-service/requirements-<what>.txt` pins what is in one, and files of our own for it, such as fonts, are in
`<service>-service/layer-<what>/` and come beside the libraries. Its name is `shop-<service>-<what>`, and a function
gets it by `layers` in `.chalice/config.json`, whose ARN names the first version; when our tools deploy, they publish
the layer and put in the ARN of the version that holds these very bytes.

`python -m tools.shop layers` publishes into the shop that runs, for whoever calls `chalice deploy` by hand.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from tools.shop import rendering
from tools.shop.home import ROOT, SERVICES, Ports

MOUNTED = "/opt/python"  # https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
EPOCH = (1980, 1, 1, 0, 0, 0)


def wanted(source: Path) -> dict[str, Path]:
    """The layers of a service by name, with the file that says what is in each."""
    service = source.name.removesuffix("-service")
    files = sorted(source.glob("requirements-*.txt"))
    return {f"shop-{service}-{file.stem.removeprefix('requirements-')}": file for file in files}


def build(requirements: Path, target: Path) -> Path:
    """The zip of a layer, compiled; the same requirements and files give the same bytes."""
    with tempfile.TemporaryDirectory() as work:
        top = Path(work) / "python"
        rendering.add_dependencies(requirements, top)
        shutil.rmtree(top / "__pycache__", ignore_errors=True)
        if (own := requirements.with_name(requirements.stem.replace("requirements-", "layer-"))).is_dir():
            shutil.copytree(own, top, dirs_exist_ok=True, ignore=rendering.SKIPPED, copy_function=shutil.copyfile)
        rendering.compile_folder(top, MOUNTED)
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
            for path in sorted(path for path in top.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(str(path.relative_to(work)), EPOCH)
                entry.external_attr = 0o100644 << 16
                zipped.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return target


def publish(name: str, zipped: Path, aws_lambda: Any) -> str:
    """The ARN of the version with these bytes, published unless it is there: its description is their hash.

    Safe to repeat; two at once publish two versions of the same, which costs nothing.
    """
    content = zipped.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    pages = aws_lambda.get_paginator("list_layer_versions").paginate(LayerName=name)
    for version in (one for page in pages for one in page["LayerVersions"]):
        if version.get("Description") == digest:
            return str(version["LayerVersionArn"])
    made = aws_lambda.publish_layer_version(
        LayerName=name, Description=digest, Content={"ZipFile": content}, CompatibleRuntimes=[RUNTIME]
    )
    return str(made["LayerVersionArn"])


def published(source: Path, aws_lambda: Any) -> dict[str, str]:
    """Build and publish the layers of a service: ARNs by name."""
    with tempfile.TemporaryDirectory() as work:
        return {
            name: publish(name, build(requirements, Path(work) / f"{name}.zip"), aws_lambda)
            for name, requirements in wanted(source).items()
        }


def with_versions(stage: Mapping[str, Any], arns: Mapping[str, str]) -> dict[str, Any]:
    """A stage of config.json whose functions have the published versions of their layers."""
    functions = {
        name: {**function, "layers": [arns.get(name_of(one), one) for one in function["layers"]]}
        if "layers" in function
        else function
        for name, function in stage.get("lambda_functions", {}).items()
    }
    return {**stage, "lambda_functions": functions} if functions else dict(stage)


def name_of(arn: str) -> str:
    """`arn:aws:lambda:<region>:<account>:layer:<name>:<version>` → its name."""
    return arn.split(":")[6]


def built(service: str, out: Path) -> Iterator[Path]:
    """Build the layers of a service into a folder."""
    for name, requirements in wanted(ROOT / f"{service}-service").items():
        yield build(requirements, out / f"{name}-layer.zip")


@click.command()
def command() -> None:
    """Publish the services' layers into the shop that runs."""
    from tools.shop import environment, provision

    os.environ.update(environment.aws(Ports.read(os.environ)))
    for service in SERVICES:
        for arn in published(ROOT / f"{service}-service", provision.client("lambda")).values():
            click.echo(arn)
