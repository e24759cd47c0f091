/** One order: the confirmation right after buying, and what has become of it later. */
import { picturesOf } from "../../api/catalog.js";
import { findOrder } from "../../api/orders.js";
import { isAccount, isStaff, session } from "../../api/session.js";
import { AddressText } from "../../parts/address.js";
import { Invoice } from "../../parts/invoice.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { statusText } from "../../parts/order-words.js";
import { Refunds } from "../../parts/refunds.js";
import { Returns } from "../../parts/returns.js";
import { Shipments } from "../../parts/shipments.js";
import { Sums } from "../../parts/sums.js";
import { timeOf, Timeline, useTimeline } from "../../parts/timeline.js";
import { useResource } from "../../resource.js";
import { useStore } from "../../store.js";
import { html } from "../../view.js";
import { MissingPage } from "../missing.js";
import { Cancel, canBeCancelled } from "./cancel.js";
import { useFollowing } from "./follow.js";
import { Heading } from "./heading.js";
import { Item } from "./item.js";
import { ReturnRequest } from "./return-request.js";

const TitledAddress = ({ title, address }) => html`<div><h3>${title}</h3><${AddressText} address=${address} /></div>`;

const Addresses = ({ order }) => html`
  <section class="addresses" aria-label="Addresses">
    <${TitledAddress} title="Delivery" address=${order.shipping_address} />
    <${TitledAddress} title="Bill" address=${order.billing_address ?? order.shipping_address} />
  </section>`;

function Items({ order }) {
  const pictures = useResource(order.id, () => picturesOf(order.items.map(({ sku }) => sku)));
  const user = useStore(session)?.user;
  const reviewed = order.status === "delivered" && isAccount(user) && !isStaff(user);
  return html`
    <section aria-labelledby="items">
      <h2 id="items">Items</h2>
      <ul class="mini-lines" role="list">${order.items.map((item) => html`
        <${Item} key=${item.sku} item=${item} picture=${pictures.data?.[item.sku]} reviewed=${reviewed} />`)}</ul>
    </section>`;
}

function Payment({ order }) {
  const unpaid = ["cancelled", "payment_failed"].includes(order.status) && order.payment.captured.amount === 0;
  return html`
    <section class="summary" aria-labelledby="sums">
      <h2 id="sums">Payment</h2>
      <p><span class="tag tag-${order.status}">${statusText(order.status)}</span></p>
      <${Sums} of=${order} />
      <${Refunds} order=${order} />
      <${Invoice} order=${order} />
      ${unpaid
        ? html`<a class="button button-wide" href="/cart">Back to your cart</a>`
        : html`<a class="button button-quiet button-wide" href="/products">Look around</a>`}
    </section>`;
}

function Order({ order, placed, onChanged }) {
  useFollowing(order, onChanged);
  const timeline = useTimeline(order);
  return html`
    <${Heading} order=${order} placed=${placed} />
    <div class="split">
      <div class="steps">
        <${Items} order=${order} />
        <${Shipments} order=${order} />
        <${Returns} order=${order} />
        <${ReturnRequest} order=${order} since=${timeOf("delivered", timeline)} onChanged=${onChanged} />
        <${Addresses} order=${order} />
        ${canBeCancelled(order) && html`<${Cancel} order=${order} onChanged=${onChanged} />`}
      </div>
      <${Payment} order=${order} />
    </div>
    <${Timeline} order=${order} timeline=${timeline} />`;
}

export function OrderPage({ id, query }) {
  const order = useResource(id, () => findOrder(id));
  if (order.problem?.status === 404) return html`<${MissingPage} />`;
  if (order.problem?.code === "session_ended") {
    return html`<h1>Your order</h1><${Notice}><p>Please <a href="/login?then=/order/${id}">log in</a> to see this order.</p><//>`;
  }
  return html`
    <${Loaded} resource=${order}>
      ${(found) => html`<${Order} order=${found} placed=${query.has("placed")} onChanged=${order.replace} />`}
    <//>`;
}
