"""`up --cloud`: each service deployed with plain `chalice deploy` into the embedded AWS. A task of the supervisor.

For each service it makes the resources, renders a copy of the folder into `$SHOP_HOME/cloud/<service>`, whose
config.json has the one stage `cloud` with the environment filled in (addresses and secrets never get into the
repository), runs `chalice deploy --stage cloud` there, gives API Gateway's own answers the form of ours, and maps the
service's domain name to the API: SHOP_PORT +1, +2 and +3 stand for those names (aws_domains), so every address is the
same as without `--cloud`. A service that has not changed is left as it is.

Every function runs under a role of its own, made by Chalice from `.chalice/policy-dev.json`; the emulator enforces it.

By hand, as Chalice's users know it, while the shop is up (either way), with the tools' environment active:

    source .venv/bin/activate
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-central-1
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_ENDPOINT_URL=http://127.0.0.1:8084
    cd catalog-service && PIP_NO_DEPS=1 chalice deploy && chalice url && chalice delete

That deploys the stage `dev`, whose environment in config.json is that of a shop on port 8080; the API answers under
http://127.0.0.1:8084/_aws/execute-api/<API id>/api/. Such a zip has no bytecode in it; all else is the same.

The common shape of `.chalice/config.json`: `autogen_policy` false (Chalice's generator does not see PynamoDB), the
API's stage `api`, no environment outside the stages, since `chalice local` would set it over the supervisor's; the
stages are `local`, empty, and `dev`, with `policy-dev.json` and the names that resources.json gives.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tools.shop import environment, package, provision, rendering
from tools.shop.gateway_answers import answer_like_the_services
from tools.shop.home import ROOT, SERVICES, Home, Ports, write

STAGE = "cloud"
API_STAGE = "api"
SET = ("CORS_ORIGINS", "JWKS_URLS", "EDGE_SECRET", "SECRETS_PREFIX", "EVENT_BUS", "MAIL_FROM", "PUBLIC_URL",
       "CATALOG_URL", "PAYMENTS_URL")  # fmt: skip


def main() -> None:
    """Provision, deploy what changed, and write down what the other processes need."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    provision.wait_for_the_emulator(ports.of("aws"))
    found, webhook_secret = provision.provision(provision.client, ports)
    settings = {name: service_environment(name, home, ports, found[name]) for name in SERVICES}
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        list(pool.map(lambda name: deploy(name, home, settings[name], provision.client), SERVICES))
    write(home.environment, json.dumps({"payments": {"WEBHOOK_SECRET": webhook_secret}}), mode=0o600)
    provision.tell_webhook_secret(home, webhook_secret)


def service_environment(name: str, home: Home, ports: Ports, outputs: Mapping[str, str]) -> dict[str, str]:
    """What a deployed service is told: what it is told locally, but for this machine's files and clock."""
    local = environment.service(name, home, ports, os.environ["EDGE_SECRET"])
    return {**{key: local[key] for key in SET}, "STAGE": STAGE, **outputs}


def deploy(name: str, home: Home, settings: Mapping[str, str], aws: Callable[[str], Any]) -> None:
    """Bring one service to what the working tree says."""
    source, folder = ROOT / f"{name}-service", cloud_folder(home) / name
    digest, noted = fingerprint(source, settings), cloud_folder(home) / f"{name}.deployed"
    if noted.exists() and noted.read_text() == digest and api_of(name, aws) is not None:
        print(f"{name}: unchanged")
        return
    api_id = deploy_folder(source, folder, settings)
    answer_like_the_services(aws("apigateway"), api_id, API_STAGE)
    map_domain(name, api_id, aws)
    write(noted, digest)


def deploy_folder(source: Path, folder: Path, settings: Mapping[str, str]) -> str:
    """Render, package and deploy; the API's id. Chalice remembers in the copy what it has made, and updates that."""
    rendering.render(source, folder, {STAGE: {"iam_policy_file": "policy-dev.json", "environment_variables": settings}})
    package.build(folder, STAGE)
    print(package.chalice(folder, "deploy", "--stage", STAGE, env=dict(os.environ)))
    return deployed_api(folder, STAGE)


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


def edge_secret(home: Home) -> str:
    """The same at each start, so that services that have not changed need not be deployed again."""
    path = cloud_folder(home) / "edge-secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write(path, os.urandom(24).hex(), mode=0o600)
    return path.read_text()


def domain(name: str) -> str:
    """A service's domain name in API Gateway."""
    return f"{name}.shop.internal"


def domains(ports: Ports) -> str:
    """The ports that stand for them, as the emulator's process reads it."""
    return ",".join(f"{ports.of(name)}={domain(name)}" for name in SERVICES)


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


if __name__ == "__main__":
    main()
