/** Words for what the API says in codes. */
const STATUS = {
  pending: "In progress", confirmed: "Confirmed", shipped: "Shipped", delivered: "Delivered",
  cancelled: "Cancelled", payment_failed: "Payment failed", refunded: "Refunded",
};

export const STATUSES = Object.keys(STATUS);

export const statusText = (status) => STATUS[status] ?? status;
