"""HTTP in and out for imports: staff only; the file goes straight to S3."""

from typing import Any

from chalice import Blueprint

from chalicelib.errors import UploadMissing
from chalicelib.imports import domain
from chalicelib.imports.models import Import
from chalicelib.imports.schemas import AnnouncedImport, AnnounceImport, ImportList, ImportView, Unreadable
from common import clock
from common.auth import roles
from common.http import Call, Reply, operation
from common.problems import CursorInvalid, NotFound
from common.schemas import PageQuery

routes = Blueprint(__name__)
staff = roles("staff", "admin")


@routes.route("/imports", methods=["POST"])
@operation(allow=staff, request=AnnounceImport, responses={201: AnnouncedImport})
def announce_import(body: AnnounceImport) -> Reply[AnnouncedImport]:
    """Get a form for uploading one file of exactly this format and size."""
    job, form = domain.announce_import(body.format, body.size)
    return Reply(201, AnnouncedImport(id=job.id, upload=form), location=f"/imports/{job.id}")


@routes.route("/imports", methods=["GET"])
@operation(allow=staff, query=PageQuery, responses={200: ImportList}, problems=[CursorInvalid])
def list_imports(query: PageQuery, call: Call) -> ImportList:
    """List the imports of the last 30 days, the newest first."""
    jobs, following = domain.list_imports(query.limit, query.cursor, call.caller.id)
    return ImportList([present(job) for job in jobs], following)


@routes.route("/imports/{import_id}", methods=["GET"])
@operation(allow=staff, responses={200: ImportView}, problems=[NotFound])
def find_import(import_id: str) -> ImportView:
    """Tell how far an import has come."""
    return present(domain.find_import(import_id))


@routes.route("/imports/{import_id}/start", methods=["POST"])
@operation(allow=staff, responses={202: ImportView}, problems=[NotFound, UploadMissing])
def start_import(import_id: str) -> ImportView:
    """Bring the rows of the uploaded file in, in the background; a repeat changes nothing."""
    return present(domain.start_import(import_id))


@routes.route("/imports/{import_id}/stop", methods=["POST"])
@operation(allow=staff, responses={200: ImportView}, problems=[NotFound])
def stop_import(import_id: str) -> ImportView:
    """Stop a running import; starting it again goes on from there."""
    return present(domain.stop_import(import_id))


def present(job: Import) -> ImportView:
    code, _, message = (job.reason or "").partition(" ")
    kinds: Any = {"format": job.format, "status": job.status}  # as the model stores them
    return ImportView(
        id=job.id,
        rows=job.rows or 0,
        done=job.done,
        failed=job.failed,
        progress=1.0 if job.status == "done" else round(job.position / (job.source_size or 1), 4),
        errors_url=domain.errors_url(job),
        problem=Unreadable(code, message) if code else None,
        created_at=clock.rfc3339(job.created_at),
        ended_at=clock.rfc3339(job.ended_at) if job.ended_at else None,
        **kinds,
    )
