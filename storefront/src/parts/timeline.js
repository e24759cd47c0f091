/** All that happened to an order, when, and who did it. */
import { orderTimeline } from "../api/orders.js";
import { formatMoney } from "../money.js";
import { useResource } from "../resource.js";
import { momentText } from "../times.js";
import { html, useRef } from "../view.js";
import { partsOf } from "./parcel.js";

const KINDS = {
  pending: "Placed", confirmed: "Confirmed", shipped: "Everything sent", delivered: "Delivered",
  cancelled: "Cancelled", payment_failed: "Payment failed", refunded: "Refunded in full",
  shipment: "Sent", refund_requested: "Refund begun", refund_made: "Refund made", refund_failed: "Refund failed",
  return_requested: "Return asked for", return_approved: "Return approved", return_rejected: "Return rejected", return_received: "Return arrived",
};

/** To the buyer, and to staff. */
const ACTORS = {
  buyer: { customer: "by you", guest: "by you", staff: "by the shop", admin: "by the shop" },
  staff: { customer: "by the customer", guest: "by the guest", staff: "by staff", admin: "by an admin" },
};

/** What it happened to: an amount, or so many items. */
function detail({ kind, amount, shipment_id, return_id }, { items, shipments, returns }) {
  if (amount) return formatMoney(amount);
  const parcel = shipments.find(({ id }) => id === shipment_id) ?? (kind === "return_requested" && returns.find(({ id }) => id === return_id));
  return parcel ? partsOf(parcel.items, items) : "";
}

const textOf = (moment, order) => [KINDS[moment.kind] ?? moment.kind, detail(moment, order)].filter(Boolean).join(": ");

const Moment = ({ moment, order, viewer }) => html`
  <li>
    <p>${textOf(moment, order)}</p>
    <p class="muted small"><time datetime=${moment.at}>${momentText(moment.at)}</time> ${ACTORS[viewer][moment.actor] ?? ""}</p>
  </li>`;

/** To its buyer a refund that is made or has failed need not have begun as well. */
const worthTelling = (viewer, all) => (moment) => viewer === "staff" || moment.kind !== "refund_requested" ||
  !all.some(({ kind, refund }) => kind !== moment.kind && refund === moment.refund);

/** null until it is known; while the order goes on, what was known last. Without its history an order is still an order. */
export function useTimeline(order) {
  const { data } = useResource(`${order.id} ${order.version}`, () => orderTimeline(order.id));
  const last = useRef(null);
  last.current = data ?? last.current;
  return last.current;
}

/** When it last came to this status, or null. */
export const timeOf = (kind, timeline) => timeline?.findLast((moment) => moment.kind === kind)?.at ?? null;

/** `viewer`: "buyer" or "staff". */
export const Timeline = ({ order, timeline, viewer = "buyer" }) => timeline && html`
  <section aria-labelledby="timeline">
    <h2 id="timeline">What has happened</h2>
    <ol class="timeline" role="list">${timeline.filter(worthTelling(viewer, timeline)).map((moment, index) => html`
      <${Moment} key=${index} moment=${moment} order=${order} viewer=${viewer} />`)}</ol>
  </section>`;
