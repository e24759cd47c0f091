"""HTTP in and out for exports: staff only; the file comes straight from S3."""

from typing import Any

from chalice import Blueprint

from chalicelib import config
from chalicelib.exports import domain
from chalicelib.exports.models import Export
from chalicelib.exports.schemas import ExportView, StartExport
from common import clock
from common.auth import roles
from common.http import Reply, operation
from common.problems import NotFound

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/exports", methods=["POST"])
@operation(allow=staff, request=StartExport, responses={202: ExportView})
def start_export(body: StartExport) -> Reply[ExportView]:
    """Have all products but the archived ones written to a file that POST /imports takes."""
    job = domain.start_export(body.format)
    return Reply(202, present(job), location=f"/exports/{job.id}")


@routes.route("/exports/{export_id}", methods=["GET"])
@operation(allow=staff, responses={200: ExportView}, problems=[NotFound])
def find_export(export_id: str) -> ExportView:
    """Tell how far an export has come, and where its file is."""
    return present(domain.find_export(export_id))


def present(job: Export) -> ExportView:
    kinds: Any = {"format": job.format, "status": "running" if job.status == "waiting" else job.status}
    return ExportView(
        id=job.id,
        rows=job.rows,
        url=config.bucket.presigned_get(job.key) if job.key else None,
        created_at=clock.rfc3339(job.created_at),
        ended_at=clock.rfc3339(job.ended_at) if job.ended_at else None,
        expires_at=clock.rfc3339(job.expires_at),
        **kinds,
    )
