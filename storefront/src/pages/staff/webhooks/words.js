/** What endpoints can be told, and how a delivery stands, in words. */
export const EVENTS = [
  ["order.placed", "Placed"], ["order.confirmed", "Confirmed"], ["order.payment_failed", "Payment failed"], ["order.cancelled", "Cancelled"],
  ["order.partially_shipped", "Partly shipped"], ["order.shipped", "Shipped"], ["order.delivered", "Delivered"], ["order.refunded", "Refunded"],
  ["order.return_requested", "Return requested"], ["order.return_approved", "Return approved"], ["order.return_rejected", "Return rejected"],
  ["order.return_received", "Return received"],
];

const STATUS = { pending: "Waiting", delivered: "Delivered", failed: "Given up" };

export const deliveryText = (status) => STATUS[status] ?? status;
