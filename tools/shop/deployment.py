"""One service into the embedded AWS with plain `chalice deploy`, reached by a domain name of its own.

Chalice remembers in the rendered copy what it has made, and updates that the next time. Each step may be repeated:
after a crash the next run does all of them again, since the note that a service is deployed is written last.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tools.shop import event_sources, layers, package, rendering
from tools.shop.gateway_answers import answer_like_the_services
from tools.shop.home import ROOT, Home, write

STAGE = "cloud"
API_STAGE = "api"


def bring_up_to_date(name: str, home: Home, settings: Mapping[str, str], aws: Callable[[str], Any]) -> None:
    """Bring one service to what the working tree says."""
    source, folder = ROOT / f"{name}-service", cloud_folder(home) / name
    digest, noted = fingerprint(source, settings), cloud_folder(home) / f"{name}.deployed"
    if noted.exists() and noted.read_text() == digest and api_of(name, aws) is not None:
        print(f"{name}: unchanged", flush=True)
        return
    api_id = deploy_folder(source, folder, settings, layers.published(source, aws("lambda")))
    event_sources.settle(folder, STAGE, settings["SET_ASIDE_QUEUE"], aws)
    answer_like_the_services(aws("apigateway"), api_id, API_STAGE)
    map_domain(name, api_id, aws)
    write(noted, digest)


def deploy_folder(source: Path, folder: Path, settings: Mapping[str, str], arns: Mapping[str, str]) -> str:
    """Render, package and deploy; the API's id. The stage is the service's own `dev`, with another environment.
    `arns` are those of the layers by name.
    """
    stages = json.loads((source / ".chalice" / "config.json").read_text("utf-8"))["stages"]
    stage = {**layers.with_versions(stages["dev"], arns), "environment_variables": dict(settings)}
    rendering.render(source, folder, {STAGE: stage})
    package.build(folder, STAGE)
    print(package.chalice(folder, "deploy", "--stage", STAGE, aws=aws_of(os.environ)), flush=True)
    return deployed_api(folder, STAGE)


def aws_of(env: Mapping[str, str]) -> dict[str, str]:
    """Where AWS is, and as whom we speak to it."""
    return {name: value for name, value in env.items() if name.startswith("AWS_")}


def deployed_api(folder: Path, stage: str) -> str:
    """The API's id as Chalice wrote it down."""
    deployed = json.loads((folder / ".chalice" / "deployed" / f"{stage}.json").read_text("utf-8"))
    return str(next(resource["rest_api_id"] for resource in deployed["resources"] if resource["name"] == "rest_api"))


def fingerprint(source: Path, settings: Mapping[str, str]) -> str:
    """Of everything that a deployment depends on."""
    digest = hashlib.sha256(json.dumps([dict(sorted(settings.items())), rendering.ABI]).encode())
    for top in (source, ROOT / "common"):
        for path in sorted(top.rglob("*")):
            if path.is_file() and not {"__pycache__", "deployed", "deployments"} & set(path.parts):
                digest.update(str(path.relative_to(top)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def cloud_folder(home: Home) -> Path:
    """Where the rendered copies are."""
    return home.path / "cloud"


def domain(name: str) -> str:
    """A service's domain name in API Gateway."""
    return f"{name}.shop.internal"


def api_of(name: str, aws: Callable[[str], Any]) -> str | None:
    """The API that a service's domain name is mapped to."""
    gateway = aws("apigateway")
    try:
        mappings = gateway.get_base_path_mappings(domainName=domain(name)).get("items", [])
    except gateway.exceptions.NotFoundException:
        return None
    return mappings[0]["restApiId"] if mappings else None


def map_domain(name: str, api_id: str, aws: Callable[[str], Any]) -> None:
    """Point the domain name at the API; safe to repeat."""
    gateway = aws("apigateway")
    mapped = api_of(name, aws)
    if mapped == api_id:
        return
    try:
        gateway.get_domain_name(domainName=domain(name))
    except gateway.exceptions.NotFoundException:
        gateway.create_domain_name(domainName=domain(name), endpointConfiguration={"types": ["REGIONAL"]})
    if mapped is not None:
        gateway.delete_base_path_mapping(domainName=domain(name), basePath="(none)")
    gateway.create_base_path_mapping(domainName=domain(name), restApiId=api_id, stage=API_STAGE)
