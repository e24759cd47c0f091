/** How an order came to where it is: the status it had from when on, and what happened besides. */
import { orderEvents } from "../api/orders.js";
import { formatMoney } from "../money.js";
import { useResource } from "../resource.js";
import { momentText } from "../times.js";
import { html } from "../view.js";
import { partsOf } from "./parcel.js";

const STATUS = {
  pending: "Placed", confirmed: "Confirmed", shipped: "Everything sent", delivered: "Delivered",
  cancelled: "Cancelled", payment_failed: "Payment failed", refunded: "Refunded in full",
};

const VERDICTS = { approved: "Return approved", rejected: "Return rejected", received: "Return approved" };

/** To the buyer, and to staff. */
const ACTORS = {
  buyer: { customer: "by you", guest: "by you", staff: "by the shop", admin: "by the shop" },
  staff: { customer: "by the customer", guest: "by the guest", staff: "by staff", admin: "by an admin" },
};

/** The last shipment of an order that was sent in full stands there as its status. */
function partlySent({ shipments, items }, events) {
  const parts = events.some(({ status }) => status === "shipped") ? shipments.slice(0, -1) : shipments;
  return parts.map((one) => ({ at: one.shipped_at, text: `Sent: ${partsOf(one.items, items)}` }));
}

const givenBack = ({ refunds }) => refunds.map((one) => ({ at: one.at, text: `Refund of ${formatMoney(one.amount)}`, actor: one.actor }));

const sentBack = ({ returns, items }) => returns.flatMap((one) => [
  { at: one.requested_at ?? one.at, text: `Return asked for: ${partsOf(one.items, items)}`, actor: one.actor },
  { at: one.decided_at, text: VERDICTS[one.status], actor: one.decided_by },
  { at: one.received_at, text: "Return received", actor: one.received_by },
]).filter(({ at, text }) => at && text);

/** All of it, oldest first. What carries the same time stays in the order of life. */
const entriesOf = (order, events) =>
  [...events.map((one) => ({ ...one, text: STATUS[one.status] ?? one.status })), ...partlySent(order, events), ...sentBack(order), ...givenBack(order)]
    .sort((one, other) => new Date(one.at) - new Date(other.at));

const Entry = ({ entry, viewer }) => html`
  <li>
    <p>${entry.text}</p>
    <p class="muted small"><time datetime=${entry.at}>${momentText(entry.at)}</time> ${ACTORS[viewer][entry.actor] ?? ""}</p>
  </li>`;

/** `viewer`: "buyer" or "staff". Without its history an order is still an order. */
export function Timeline({ order, viewer = "buyer" }) {
  const events = useResource(`${order.id} ${order.version}`, () => orderEvents(order.id));
  return events.data && html`
    <section aria-labelledby="timeline">
      <h2 id="timeline">What has happened</h2>
      <ol class="timeline" role="list">${entriesOf(order, events.data).map((entry, index) => html`
        <${Entry} key=${index} entry=${entry} viewer=${viewer} />`)}</ol>
    </section>`;
}
