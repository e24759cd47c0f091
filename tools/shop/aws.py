"""The embedded AWS as one process of the shop: `python -m tools.shop.aws`.

ministack with the settings that the shop needs, in its own process, saved every 2 s (aws_saving) and with the patches
of aws_settings. Configured by the environment:

    GATEWAY_PORT       the port; required
    STATE_DIR          the folder that keeps everything; required
    BIND_HOST          127.0.0.1 unless told otherwise
    SAVE_EVERY         seconds between two saves, 2 unless told otherwise
    DOMAINS            ports that stand for domain names of API Gateway: `8081=users.shop.internal,…` (aws_domains)
    AT_ONCE            how many requests run side by side for each of those, 4 unless told otherwise
    LAMBDA_PYTHON      the interpreter that runs Lambda functions: one that has boto3 only, as in Lambda's runtime

Ready when `GET /_ministack/ready` answers 200. SIGTERM saves and ends it.
"""

import asyncio
import os
import resource
import shutil
from pathlib import Path
from typing import Any, cast

from tools.shop import aws_files

REGION = "eu-central-1"
ACCOUNT = "000000000000"


def defaults(state_dir: Path) -> dict[str, str]:
    """ministack's own settings: loopback, authorisation on, everything kept, nothing outside touched."""
    return {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state_dir / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "LAMBDA_EXECUTOR": "local",
        # ministack removes the Docker containers that carry its label; it must not meet a developer's own.
        "DOCKER_HOST": f"unix://{state_dir}/no-docker",
    }


def environment() -> str:
    """Complete the environment before ministack is imported, since it reads it then; the main address to bind."""
    state_dir = Path(os.environ["STATE_DIR"])
    state_dir.mkdir(parents=True, exist_ok=True)
    for name, value in defaults(state_dir).items():
        os.environ.setdefault(name, value)
    os.environ["TMPDIR"] = str(emptied(state_dir / "tmp"))  # functions are unpacked there, and a kill leaves them
    os.environ.pop("PYTHONPATH", None)  # functions inherit the environment, and must find in it what Lambda has only
    return f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def allow_many_connections() -> None:
    """Let a burst of connections pass the usual soft limit of 1,024 open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Serve until a signal ends it."""
    address = environment()
    aws_files.recover(Path(os.environ["STATE_DIR"]), ACCOUNT)
    allow_many_connections()
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from tools.shop import aws_domains, aws_saving, aws_settings

    aws_settings.install()
    saver = aws_saving.Saver(Path(os.environ["STATE_DIR"]), float(os.environ.get("SAVE_EVERY", "2")))
    domains = aws_domains.read(os.environ.get("DOMAINS", ""))
    config = Config()
    config.bind = [address, *(f"{os.environ['BIND_HOST']}:{port}" for port in domains)]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.backlog = 512
    config.loglevel = "WARNING"
    asyncio.run(
        serve(cast(Any, aws_domains.with_domains(saver.wrap(), domains, int(os.environ.get("AT_ONCE", "4")))), config)
    )


if __name__ == "__main__":
    main()
