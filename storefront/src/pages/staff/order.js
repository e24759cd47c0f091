/** One order as staff see it: what was bought by whom, what became of it, and what can be done about it. */
import { picturesOf } from "../../api/catalog.js";
import { deliverOrder, findOrder } from "../../api/orders.js";
import { AddressText } from "../../parts/address.js";
import { Invoice } from "../../parts/invoice.js";
import { Loaded } from "../../parts/notice.js";
import { statusText } from "../../parts/order-words.js";
import { Refunds } from "../../parts/refunds.js";
import { Returns } from "../../parts/returns.js";
import { leftToShip, Shipments } from "../../parts/shipments.js";
import { Sums } from "../../parts/sums.js";
import { Sure } from "../../parts/sure.js";
import { timeOf, Timeline, useTimeline } from "../../parts/timeline.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { momentText } from "../../times.js";
import { html } from "../../view.js";
import { MissingPage } from "../missing.js";
import { Cancel, canBeCancelled } from "../order/cancel.js";
import { useFollowing } from "../order/follow.js";
import { Item } from "../order/item.js";
import { ReturnRequest } from "../order/return-request.js";
import { Panel } from "./panel.js";
import { leftToRefund, RefundForm } from "./refund-form.js";
import { ReturnActions } from "./return-actions.js";
import { ShipForm } from "./ship-form.js";

function Shipping({ order, onChanged }) {
  const left = leftToShip(order);
  const deliver = async () => {
    onChanged(await deliverOrder(order.id));
    toast("The order is delivered.");
  };
  return html`
    ${order.status === "confirmed" && Object.keys(left).length > 0 && html`
      <${Panel} id="ship" title="Ship"><${ShipForm} key=${order.shipments.length} order=${order} left=${left} onChanged=${onChanged} /><//>`}
    ${order.status === "shipped" && html`
      <${Panel} id="deliver" title="Delivery">
        <p>Everything was sent.</p>
        <${Sure} text="Mark as delivered" question="Has everything arrived?" yes="Yes, delivered" no="Not yet" kind="" work=${deliver} />
      <//>`}`;
}

/** A cancelled order has something left where the bank refused a refund: then another one is made by hand. */
const Refunding = ({ order, onChanged }) => order.status !== "pending" && leftToRefund(order).amount > 0 && html`
  <${Panel} id="refund" title="Refund"><${RefundForm} key=${order.refunds.length} order=${order} onChanged=${onChanged} /><//>`;

const Buyer = ({ order }) => (/^usr_/.test(order.customer_id)
  ? html`<a href="/staff/users/${order.customer_id}">${order.email ?? order.customer_id}</a>`
  : order.email ?? "–");

const Facts = ({ order }) => html`
  <dl class="facts">
    <div><dt>Status</dt><dd><span class="tag tag-${order.status}">${statusText(order.status)}</span></dd></div>
    <div><dt>Placed</dt><dd>${momentText(order.placed_at)}</dd></div>
    <div><dt>Buyer</dt><dd class="long"><${Buyer} order=${order} /></dd></div>
    <div><dt>Delivery</dt><dd>${order.shipping_method}<${AddressText} address=${order.shipping_address} /></dd></div>
    <div><dt>Bill</dt><dd><${AddressText} address=${order.billing_address ?? order.shipping_address} /></dd></div>
  </dl>`;

const Summary = ({ order }) => html`
  <section class="summary" aria-labelledby="sums">
    <h2 id="sums">Order</h2>
    <${Facts} order=${order} />
    <${Sums} of=${order} />
    <${Refunds} order=${order} />
    <${Invoice} order=${order} />
  </section>`;

function Order({ order, onChanged }) {
  useFollowing(order, onChanged);
  const timeline = useTimeline(order);
  const pictures = useResource(order.id, () => picturesOf(order.items.map(({ sku }) => sku)));
  return html`
    <h1 class="order-number">${order.number}</h1>
    <div class="split">
      <div class="steps">
        <section aria-labelledby="items">
          <h2 id="items">Items</h2>
          <ul role="list">${order.items.map((item) => html`<${Item} key=${item.sku} item=${item} picture=${pictures.data?.[item.sku]} base="/staff/products" />`)}</ul>
        </section>
        <${Shipments} order=${order} />
        <${Shipping} order=${order} onChanged=${onChanged} />
        <${Returns} order=${order} advice=${false}
          actions=${(one) => html`<${ReturnActions} order=${order} one=${one} onChanged=${onChanged} />`} />
        <${ReturnRequest} order=${order} since=${timeOf("delivered", timeline)} byStaff onChanged=${onChanged} />
        <${Refunding} order=${order} onChanged=${onChanged} />
        ${canBeCancelled(order) && html`
          <${Cancel} order=${order} onChanged=${onChanged} question="Cancel the whole order? The buyer gets all the money back." />`}
      </div>
      <${Summary} order=${order} />
    </div>
    <${Timeline} order=${order} timeline=${timeline} viewer="staff" />`;
}

export function StaffOrder({ id }) {
  const order = useResource(id, () => findOrder(id));
  if (order.problem?.status === 404) return html`<${MissingPage} />`;
  return html`
    <nav class="crumbs" aria-label="You are here"><a href="/staff/orders">Orders</a></nav>
    <${Loaded} resource=${order}>${(found) => html`<${Order} order=${found} onChanged=${order.replace} />`}<//>`;
}
