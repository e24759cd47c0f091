/** One order: the confirmation right after buying, and what has become of it later. */
import { picturesOf } from "../api/catalog.js";
import { messageOf } from "../api/messages.js";
import { cancelOrder, findOrder } from "../api/orders.js";
import { isAccount, isStaff, session } from "../api/session.js";
import { formatMoney } from "../money.js";
import { AddressText } from "../parts/address.js";
import { Loaded, Notice } from "../parts/notice.js";
import { Picture } from "../parts/picture.js";
import { Shipments } from "../parts/shipments.js";
import { Sums } from "../parts/sums.js";
import { useResource } from "../resource.js";
import { useStore } from "../store.js";
import { dateText } from "../times.js";
import { html, useEffect, useState } from "../view.js";
import { optionsText } from "./cart.js";
import { MissingPage } from "./missing.js";
import { statusText } from "../parts/order-words.js";
import { useTitle } from "./title.js";

const ASK_AGAIN_MS = 2000;

const HEADINGS = {
  pending: ["Your order is being worked on", "We are waiting for your payment to go through. This page goes on by itself."],
  confirmed: ["Thank you for your order", "It is confirmed. We are getting it ready for you."],
  shipped: ["Your order is on its way", ""],
  delivered: ["Your order was delivered", "We hope that you like it."],
  cancelled: ["This order was cancelled", "You have not been charged, or have your money back. Your cart is as it was."],
  payment_failed: ["The payment did not go through", "You have not been charged. You can order again with another card."],
  refunded: ["This order was refunded", ""],
};

const PARTLY = ["Part of your order is on its way", "The rest is being made ready for you."];

const headingOf = ({ status, shipments }) =>
  (status === "confirmed" && shipments?.length ? PARTLY : HEADINGS[status] ?? ["Your order", ""]);

function Heading({ order, placed }) {
  const [title, text] = headingOf(order);
  const good = placed && order.status === "confirmed";
  useTitle(title);
  return html`
    <div class=${good ? "thanks" : ""} role="status">
      ${good && html`<span class="tick" aria-hidden="true">✓</span>`}
      <h1>${title}</h1>
      ${text && html`<p>${text}</p>`}
      <p class="muted">Order <strong class="order-number">${order.number}</strong> · ${dateText(order.placed_at)} · ${order.email}</p>
    </div>`;
}

/** Those who have it can tell others how it is. */
const ReviewLink = ({ item }) => html`
  <p class="small"><a href="/product/${item.product_id}?review" aria-label="Review ${item.name}">Review this product</a></p>`;

export const Item = ({ item, picture, reviewed = false }) => html`
  <li class="mini-line">
    <${Picture} url=${picture} alt="" size=${56} />
    <div>
      <p>${item.name}</p>
      <p class="muted small">${[optionsText(item.options), `${item.quantity} × ${formatMoney(item.unit_price)}`].filter(Boolean).join(" · ")}</p>
      ${reviewed && html`<${ReviewLink} item=${item} />`}
    </div>
    <p>${formatMoney(item.line_total)}</p>
  </li>`;

const TitledAddress = ({ title, address }) => html`<div><h3>${title}</h3><${AddressText} address=${address} /></div>`;

function Cancel({ order, onChanged }) {
  const [state, setState] = useState({ sure: false, busy: false, problem: null, said: null });
  const cancel = async () => {
    setState({ sure: true, busy: true, problem: null, said: null });
    try {
      const { status, body } = await cancelOrder(order.id);
      const said = status === 202 ? "We are cancelling your order. This may take a minute." : null;
      setState({ sure: false, busy: false, problem: null, said });
      if (body?.id) onChanged(body);
    } catch (problem) {
      setState({ sure: false, busy: false, problem, said: null });
    }
  };
  if (state.said) return html`<${Notice}><p>${state.said}</p><//>`;
  return html`
    <div class="cancel">
      ${!state.sure && html`
        <button type="button" class="button button-quiet" onClick=${() => setState({ ...state, sure: true })}>Cancel this order</button>`}
      ${state.sure && html`
        <p>Cancel the whole order? You get all your money back.</p>
        <p class="actions">
          <button type="button" class="button button-danger" disabled=${state.busy} onClick=${cancel}>
            ${state.busy ? "Cancelling…" : "Yes, cancel it"}</button>
          <button type="button" class="button button-quiet" onClick=${() => setState({ ...state, sure: false })}>Keep it</button>
        </p>`}
      ${state.problem && html`<p class="error" role="alert">${messageOf(state.problem)}</p>`}
    </div>`;
}

/** Asks again while the order is pending, also when an answer gets lost. */
function useFollowing(order, onChanged) {
  useEffect(() => {
    if (order.status !== "pending") return undefined;
    let timer = 0;
    const look = () => findOrder(order.id).then(onChanged, () => { timer = setTimeout(look, ASK_AGAIN_MS); });
    timer = setTimeout(look, ASK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [order]);
}

function Order({ order, placed, onChanged }) {
  useFollowing(order, onChanged);
  const pictures = useResource(order.id, () => picturesOf(order.items.map(({ sku }) => sku)));
  const user = useStore(session)?.user;
  const reviewed = order.status === "delivered" && isAccount(user) && !isStaff(user);
  const over = ["cancelled", "payment_failed"].includes(order.status);
  return html`
    <${Heading} order=${order} placed=${placed} />
    <div class="split">
      <div class="steps">
        <section aria-labelledby="items">
          <h2 id="items">Items</h2>
          <ul class="mini-lines" role="list">${order.items.map((item) => html`
            <${Item} key=${item.sku} item=${item} picture=${pictures.data?.[item.sku]} reviewed=${reviewed} />`)}</ul>
        </section>
        <${Shipments} order=${order} />
        <section class="addresses" aria-label="Addresses">
          <${TitledAddress} title="Delivery" address=${order.shipping_address} />
          <${TitledAddress} title="Bill" address=${order.billing_address ?? order.shipping_address} />
        </section>
        ${["pending", "confirmed"].includes(order.status) && !order.shipments?.length && html`<${Cancel} order=${order} onChanged=${onChanged} />`}
      </div>
      <section class="summary" aria-labelledby="sums">
        <h2 id="sums">Payment</h2>
        <p><span class="tag tag-${order.status}">${statusText(order.status)}</span></p>
        <${Sums} of=${order} />
        ${over
          ? html`<a class="button button-wide" href="/cart">Back to your cart</a>`
          : html`<a class="button button-quiet button-wide" href="/products">Look around</a>`}
      </section>
    </div>`;
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
