"""The processes of the shop, as the supervisor is to run them."""

import secrets

from tools.shop import environment
from tools.shop.home import ROOT, SERVICES, Home, Ports
from tools.shop.processes import Spec

LIBRARIES = "chalice.local,chalice.config,pynamodb.models,botocore.auth,botocore.httpsession,msgspec,jwt.algorithms"


def local(home: Home, ports: Ports) -> tuple[list[Spec], Spec]:
    """Everything with each service as `chalice local`, and the task that sets the emulator up."""
    secret = secrets.token_urlsafe(24)
    services = [service(name, home, ports, secret) for name in SERVICES]
    processes = [emulator(home, ports), *services, edge(home, ports, secret), sandbox(home, ports)]
    return processes, provision(home, ports)


def emulator(home: Home, ports: Ports) -> Spec:
    return Spec(
        "aws",
        ("--gently", "tools.shop.aws"),
        environment.emulator(home, ports),
        home.logs / "aws.log",
        port=ports.of("aws"),
        health="/_ministack/ready",
        stop_seconds=15.0,  # it saves everything
    )


def sandbox(home: Home, ports: Ports) -> Spec:
    return Spec(
        "payments",
        ("tools.shop.payments",),
        environment.payments(home, ports),
        home.logs / "payments.log",
        port=ports.of("payments"),
        provisioned=True,
    )


def edge(home: Home, ports: Ports, secret: str) -> Spec:
    env = environment.edge(home, ports, secret)
    return Spec("edge", ("tools.shop.edge",), env, home.logs / "edge.log", port=ports.edge, health="/_health")


def service(name: str, home: Home, ports: Ports, secret: str) -> Spec:
    return Spec(
        name,
        ("--preload", LIBRARIES, "tools.shop.devserver"),
        environment.service(name, home, ports, secret),
        home.logs / f"{name}.log",
        folder=ROOT / f"{name}-service",
        port=ports.of(name),
        provisioned=True,
    )


def provision(home: Home, ports: Ports) -> Spec:
    return Spec("provision", ("tools.shop.provision",), environment.tool(home, ports), home.logs / "provision.log")
