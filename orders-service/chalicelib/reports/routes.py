"""HTTP in and out for reports."""

from chalice import Blueprint

from chalicelib.reports import domain
from chalicelib.reports.schemas import ReportSales, SalesReport, present
from common.auth import roles
from common.http import operation

routes = Blueprint(__name__)
STAFF = ("staff", "admin")


@routes.route("/reports/sales", methods=["GET"])
@operation(allow=roles(*STAFF), query=ReportSales, responses={200: SalesReport})
def report_sales(query: ReportSales) -> SalesReport:
    """Tell what was sold and refunded, day by day."""
    return present(query, domain.report_sales(query.first, query.last))
