"""HTTP out for invoices."""

from chalice import Blueprint

from chalicelib import config
from chalicelib.errors import OrderNotPaid
from chalicelib.invoices import domain
from chalicelib.invoices.document import Document
from chalicelib.invoices.schemas import InvoiceView, present
from common.auth import everyone
from common.http import Call, Reply, operation
from common.problems import NotFound
from common.storage import Download

routes = Blueprint(__name__)
URL_SECONDS = 900
RETRY_SECONDS = 2


@routes.route("/orders/{order_id}/invoice", methods=["GET"])
@operation(allow=everyone, responses={200: InvoiceView, 202: None}, problems=[NotFound, OrderNotPaid])
def find_invoice(order_id: str, call: Call) -> Reply[InvoiceView]:
    """Show where an order's invoice and its credit notes can be downloaded; 202 while the invoice is being made."""
    found = domain.find_invoice(order_id, call.caller.id, any_order=call.has_role("staff", "admin"))
    if not found:
        return Reply(202, retry_after=RETRY_SECONDS)
    invoice, *notes = [(document, _download(document)) for document in found]
    return Reply(200, present(invoice, notes))


def _download(document: Document) -> Download:
    return config.bucket.presigned_download(domain.key_of(document), URL_SECONDS)
