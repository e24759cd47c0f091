/** Words for what the API says in codes. */
const STATUS = {
  pending: "In progress", confirmed: "Confirmed", shipped: "Shipped", delivered: "Delivered",
  cancelled: "Cancelled", payment_failed: "Payment failed", refunded: "Refunded",
};

export const statusText = (status) => STATUS[status] ?? status;

const dates = new Intl.DateTimeFormat(navigator.language, { dateStyle: "long" });

export const dateText = (time) => (time ? dates.format(new Date(time)) : "");
