/** What of an order was or will be sent back, and what has become of that. */
import { formatMoney } from "../money.js";
import { dateText } from "../times.js";
import { html } from "../view.js";
import { countOf, partsOf } from "./parcel.js";

const STATUS = {
  requested: ["Requested", "We are looking at it."],
  approved: ["Approved", "Please send it back to us."],
  rejected: ["Rejected", ""],
  received: ["Received", ""],
};

/** → {sku: how many of those that were sent can still go back}, without those of which none can. */
export function leftToReturn({ items, shipments, returns }) {
  const sent = shipments.flatMap((one) => one.items);
  const coming = returns.filter(({ status }) => status !== "rejected").flatMap((one) => one.items);
  return Object.fromEntries(items.map(({ sku }) => [sku, countOf(sku, sent) - countOf(sku, coming)]).filter(([, left]) => left > 0));
}

function refundText(order, number) {
  const refund = order.refunds.find((one) => one.number === number);
  return refund ? `Refund: ${formatMoney(refund.amount)}${refund.status === "pending" ? ", on its way" : ""}.` : "";
}

/** `advice`: what it means for the buyer; `actions(one)`: what can be done about it. */
function Return({ one, order, advice, actions }) {
  const [text, words] = STATUS[one.status] ?? [one.status, ""];
  return html`
    <li class="shipment">
      <p><span class="tag tag-${one.status}">${text}</span> <span class="muted">${dateText(one.requested_at)}</span></p>
      <p>${partsOf(one.items, order.items)}</p>
      ${one.reason && html`<p class="muted small long">${one.reason}</p>`}
      ${advice && words && html`<p class="small">${words}</p>`}
      ${one.refund && html`<p class="small">${refundText(order, one.refund)}</p>`}
      ${actions?.(one)}
    </li>`;
}

export const Returns = ({ order, advice = true, actions }) => order.returns.length > 0 && html`
  <section aria-labelledby="returns">
    <h2 id="returns">Returns</h2>
    <ul role="list" class="shipments">${order.returns.map((one) => html`
      <${Return} key=${one.id} one=${one} order=${order} advice=${advice} actions=${actions} />`)}</ul>
  </section>`;
