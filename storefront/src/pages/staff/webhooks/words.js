/** What endpoints can be told, and how a delivery stands, in words. */
export const EVENTS = [
  ["order.placed", "Placed"], ["order.confirmed", "Confirmed"], ["order.payment_failed", "Payment failed"], ["order.cancelled", "Cancelled"],
  ["order.partially_shipped", "Partly shipped"], ["order.shipped", "Shipped"], ["order.delivered", "Delivered"], ["order.refunded", "Refunded"],
  ["order.return_requested", "Return requested"], ["order.return_approved", "Return approved"], ["order.return_rejected", "Return rejected"],
  ["order.return_received", "Return received"],
];

/** Every kind of event, also those that are added later. */
export const EVERY = "*";

export const eventsText = (events) =>
  (events.includes(EVERY) ? "Every event" : events.length === 1 ? "1 kind of event" : `${events.length} kinds of events`);

export const STATUSES = [["", "All"], ["pending", "Waiting"], ["delivered", "Delivered"], ["failed", "Given up"]];

export const deliveryText = (status) => STATUSES.find(([value]) => value === status)?.[1] ?? status;

const ERRORS = {
  timeout: "No answer within 5 seconds", unreachable: "Connection refused or broken off", name_unknown: "Unknown name",
  address_refused: "Not on the public internet", tls_failed: "Certificate refused", answer_invalid: "Not an HTTP answer",
  body_expired: "Too old to send", secret_unreadable: "Secret unreadable",
};

export const errorText = (error) => ERRORS[error] ?? error;
