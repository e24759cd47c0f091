/** What of an order was sent, how, and when. */
import { dateText } from "../times.js";
import { html } from "../view.js";
import { countOf, partsOf } from "./parcel.js";

/** → {sku: how many are not sent yet}, without those of which all are. */
export function leftToShip({ items, shipments }) {
  const sent = shipments.flatMap((shipment) => shipment.items);
  return Object.fromEntries(items.map(({ sku, quantity }) => [sku, quantity - countOf(sku, sent)]).filter(([, left]) => left > 0));
}

const Shipment = ({ shipment, order }) => html`
  <li class="shipment">
    <p><strong>${shipment.carrier ?? "Shipped"}</strong> <span class="muted">${dateText(shipment.shipped_at)}</span></p>
    ${shipment.tracking_number && html`<p>Tracking number <span class="order-number long">${shipment.tracking_number}</span></p>`}
    <p class="muted small">${partsOf(shipment.items, order.items)}</p>
  </li>`;

export const Shipments = ({ order, title = "Shipments" }) => order.shipments?.length > 0 && html`
  <section aria-labelledby="shipments">
    <h2 id="shipments">${title}</h2>
    <ul role="list" class="shipments">${order.shipments.map((shipment) => html`
      <${Shipment} key=${shipment.id} shipment=${shipment} order=${order} />`)}</ul>
    ${order.status === "confirmed" && html`<p class="muted">The rest follows.</p>`}
  </section>`;
