"""`up --cloud`: each service deployed with plain `chalice deploy` into the embedded AWS. A task of the supervisor.

For each service it makes the resources, renders a copy of the folder into `$SHOP_HOME/cloud/<service>`, whose
config.json has the one stage `cloud` with the environment filled in (addresses and secrets never get into the
repository), runs `chalice deploy --stage cloud` there, gives API Gateway's own answers the form of ours, and maps the
service's domain name to the API: SHOP_PORT +1, +2 and +3 stand for those names (aws_domains), so every address is the
same as without `--cloud`. A service that has not changed is left as it is.

Every function runs under a role of its own, made by Chalice from `.chalice/policy-dev.json`; the emulator enforces it.

By hand, as Chalice's users know it, while the shop is up (either way), with the tools' environment active:

    source .tox/local/bin/activate
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=eu-central-1
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_ENDPOINT_URL=http://127.0.0.1:8084
    python -m tools.shop layers      # the layers that functions of catalog-service have
    cd catalog-service && PIP_NO_DEPS=1 chalice deploy && chalice url && chalice delete

That deploys the stage `dev`, whose environment in config.json is that of a shop on port 8080; the API answers under
http://127.0.0.1:8084/_aws/execute-api/<API id>/api/. Such a zip has no bytecode in it; all else is the same.

The common shape of `.chalice/config.json`: `autogen_policy` false (Chalice's generator does not see PynamoDB), the
API's stage `api`, no environment outside the stages, since `chalice local` would set it over the supervisor's; the
stages are `local`, empty, and `dev`, with `policy-dev.json` and the names that resources.json gives.
"""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import click
import urllib3

from tools.shop import environment, package, provision
from tools.shop import plan as processes
from tools.shop.deployment import STAGE, bring_up_to_date, cloud_folder, domain
from tools.shop.home import PRIVATE, SERVICES, Home, Ports, read_json, write
from tools.shop.processes import Spec

AT_ONCE = 4
SET = ("CORS_ORIGINS", "JWKS_URLS", "EDGE_SECRET", "SECRETS_PREFIX", "EVENT_BUS", "MAIL_FROM", "SUPPORT_EMAIL",
       "PUBLIC_URL", "CATALOG_URL", "PAYMENTS_URL")  # fmt: skip


def plan(home: Home, ports: Ports) -> tuple[list[Spec], Spec]:
    """The processes of `up --cloud`, and the task that deploys."""
    specs = [emulator(home, ports), processes.edge(home, ports, edge_secret(home)), processes.sandbox(home, ports)]
    return specs, Spec("deploy", ("tools.shop.cloud",), environment.tool(home, ports), home.logs / "deploy.log")


def emulator(home: Home, ports: Ports) -> Spec:
    """With the services' ports, and functions run as in Lambda."""
    spec = processes.emulator(home, ports)
    python = package.clean_interpreter(cloud_folder(home) / "python")
    more = {"DOMAINS": domains(ports), "LAMBDA_PYTHON": str(python), "AT_ONCE": str(AT_ONCE)}
    return replace(spec, environment={**spec.environment, **more})


def main() -> None:
    """Provision, deploy what changed, and write down what the other processes need."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    provision.wait_for_the_emulator(ports.of("aws"))
    found, webhook_secret = provision.provision(provision.client, ports)
    deploy_services(home, ports, found)
    write(home.environment, json.dumps({**found, "payments": {"WEBHOOK_SECRET": webhook_secret}}), mode=0o600)
    provision.tell_webhook_secret(home, webhook_secret)


def deploy_services(home: Home, ports: Ports, outputs: Mapping[str, Mapping[str, str]]) -> None:
    """All at once: they do not need each other to be deployed."""
    settings = {name: service_environment(name, home, ports, outputs[name]) for name in SERVICES}
    provision.client("apigateway")  # boto3 makes clients in one thread only
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        for done in [pool.submit(bring_up_to_date, name, home, settings[name], provision.client) for name in SERVICES]:
            done.result()
    warm([f"{ports.url(name)}/health/dependencies" for name in SERVICES])


def warm(urls: Sequence[str]) -> None:
    """Have as many environments started as will run side by side: the budgets of calls between services are shorter
    than a cold start of all of them at once on a small machine.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for url in urls:
            list(pool.map(is_well, [url] * AT_ONCE))


def is_well(url: str) -> bool:
    """Whether it answers 200, when it does."""
    return bool(urllib3.request("GET", url, timeout=60, retries=False).status == 200)


def service_environment(name: str, home: Home, ports: Ports, outputs: Mapping[str, str]) -> dict[str, str]:
    """What a deployed service is told: what it is told locally, but for this machine's files and clock."""
    local = environment.service(name, home, ports, edge_secret(home))
    inherited = {key: local[key] for key in environment.INHERITED if key in local}
    return {**{key: local[key] for key in SET}, **inherited, "STAGE": STAGE, **outputs}


@click.command()
def deploy() -> None:
    """Deploy the working tree into the shop that runs with `up --cloud`."""
    home, ports = Home.read(os.environ), Ports.read(os.environ)
    if "catalog" in read_json(home.state).get("processes", {"catalog": 0}):
        raise click.ClickException("No shop runs with --cloud here: start one with `python3 run.py up --cloud`.")
    os.environ.update(environment.aws(ports))
    main()
    click.echo("Deployed.")


def edge_secret(home: Home) -> str:
    """The same at each start, so that services that have not changed need not be deployed again."""
    path = cloud_folder(home) / "edge-secret"
    path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if not path.exists():
        write(path, os.urandom(24).hex(), mode=0o600)
    return path.read_text()


def domains(ports: Ports) -> str:
    """The ports that stand for them, as the emulator's process reads it."""
    return ",".join(f"{ports.of(name)}={domain(name)}" for name in SERVICES)


if __name__ == "__main__":
    main()
