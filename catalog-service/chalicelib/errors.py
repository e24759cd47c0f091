"""Everything that can go wrong here, with its status and code, as one tree below common.problems."""

from common.problems import Conflict, Problem, Unprocessable


class SlugTaken(Conflict):
    code = "slug_taken"
    detail = "This slug belongs to another one already. Choose another."


class SkuTaken(Conflict):
    code = "sku_taken"
    detail = "A SKU belongs to another variant already; it is named in skus."


class CategoryNotEmpty(Conflict):
    code = "category_not_empty"
    detail = "There are categories or products in it. Move them first."


class StockHeld(Conflict):
    code = "stock_held"
    detail = "More than that is held for orders at present."


class OutOfStock(Conflict):
    """With `shortages`: every SKU of which there is less than asked for."""

    code = "out_of_stock"
    detail = "Not everything is available in these quantities; nothing was held."


class CurrencyMismatch(Conflict):
    """With `sku`: the line."""

    code = "currency_mismatch"
    detail = "This is not sold in that currency; nothing was held."


class ReservationMismatch(Conflict):
    code = "reservation_mismatch"
    detail = "This id was used with other items."


class ReservationClosed(Conflict):
    code = "reservation_closed"
    detail = "This reservation was released or has expired. Use a new id."


class ReservationExpired(Conflict):
    code = "reservation_expired"
    detail = "This reservation expired before it was committed; its stock was given back."


class ReservationCommitted(Conflict):
    code = "reservation_committed"
    detail = "This reservation is sold. Return its items instead."


class ReservationNotCommitted(Conflict):
    code = "reservation_not_committed"
    detail = "Only what was sold can be returned."


class ReturnExceeds(Conflict):
    code = "return_exceeds"
    detail = "More would be returned than was sold."


class NotReceived(Problem):
    status = 403
    code = "not_received"
    detail = "Only who has received a product can review it."


class ReviewExists(Conflict):
    code = "review_exists"
    detail = "You have reviewed this product already. Change that review."


class UploadMissing(Conflict):
    code = "upload_missing"
    detail = "Nothing has been uploaded with this form. Upload the picture first."


class ImageInvalid(Unprocessable):
    code = "image_invalid"
    detail = "The file is not a picture of the kind that was announced. It was removed; upload another."
