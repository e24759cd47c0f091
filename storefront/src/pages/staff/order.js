/** One order as staff see it: what was bought by whom, what was sent, and sending the rest. */
import { picturesOf } from "../../api/catalog.js";
import { deliverOrder, findOrder, shipOrder } from "../../api/orders.js";
import { AddressText } from "../../parts/address.js";
import { Field } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { Loaded } from "../../parts/notice.js";
import { useOnce } from "../../parts/once.js";
import { statusText } from "../../parts/order-words.js";
import { leftToShip, Shipments } from "../../parts/shipments.js";
import { Sums } from "../../parts/sums.js";
import { Sure } from "../../parts/sure.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { momentText } from "../../times.js";
import { html, useState } from "../../view.js";
import { MissingPage } from "../missing.js";
import { Item } from "../order.js";

const quantityOf = (text) => (/^\d{1,3}$/.test(text.trim()) ? Number(text) : NaN);

function bodyOf({ carrier, tracking_number }, parts) {
  const items = Object.entries(parts).map(([sku, text]) => ({ sku, quantity: quantityOf(text) })).filter(({ quantity }) => quantity > 0);
  return { carrier: carrier.trim(), ...(tracking_number.trim() && { tracking_number: tracking_number.trim() }), items };
}

function Part({ item, left, text, onText }) {
  const wrong = !(quantityOf(text) <= left);
  return html`
    <${Field} label="${item.name}, ${item.sku}" name="ship-${item.sku}" inputmode="numeric" autocomplete="off" value=${text} onValue=${onText}
      hint="${left} left to ship" error=${wrong ? `A whole number from 0 to ${left}, please.` : null} />`;
}

function ShipForm({ order, left, onChanged }) {
  const [values, setValues] = useState({ carrier: "", tracking_number: "" });
  const [parts, setParts] = useState(() => Object.fromEntries(Object.entries(left).map(([sku, count]) => [sku, String(count)])));
  const once = useOnce();
  const body = bodyOf(values, parts);
  const fits = Object.entries(parts).every(([sku, text]) => quantityOf(text) <= left[sku]) && body.items.length > 0;
  const sending = useSending(async () => {
    const changed = await shipOrder(order.id, body, once.keyFor(body));
    once.done();
    onChanged(changed);
    toast("The shipment is noted. Its buyer sees it.");
  });
  const part = (name) => ({ name, value: values[name], error: sending.errors[name], onValue: (text) => setValues({ ...values, [name]: text }) });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${["carrier", "tracking_number"]} />
      <div class="fields">
        <${Field} label="Carrier" ...${part("carrier")} maxlength="100" autocomplete="off" />
        <${Field} label="Tracking number" ...${part("tracking_number")} maxlength="100" autocomplete="off" optional />
      </div>
      ${order.items.filter(({ sku }) => sku in left).map((item) => html`
        <${Part} key=${item.sku} item=${item} left=${left[item.sku]} text=${parts[item.sku]}
          onText=${(text) => setParts({ ...parts, [item.sku]: text })} />`)}
      <p><${SendButton} sending=${sending} disabled=${!fits || sending.busy}>Ship this<//></p>
    </form>`;
}

function Shipping({ order, onChanged }) {
  const left = leftToShip(order);
  const deliver = async () => {
    onChanged(await deliverOrder(order.id));
    toast("The order is delivered.");
  };
  return html`
    ${order.status === "confirmed" && Object.keys(left).length > 0 && html`
      <section class="panel" aria-labelledby="ship">
        <h2 id="ship">Ship</h2>
        <${ShipForm} key=${order.shipments.length} order=${order} left=${left} onChanged=${onChanged} />
      </section>`}
    ${order.status === "shipped" && html`
      <section class="panel" aria-labelledby="deliver">
        <h2 id="deliver">Delivery</h2>
        <p>Everything was sent.</p>
        <${Sure} text="Mark as delivered" question="Has everything arrived?" yes="Yes, delivered" no="Not yet" kind="" work=${deliver} />
      </section>`}`;
}

const Facts = ({ order }) => html`
  <dl class="facts">
    <div><dt>Status</dt><dd><span class="tag tag-${order.status}">${statusText(order.status)}</span></dd></div>
    <div><dt>Placed</dt><dd>${momentText(order.placed_at)}</dd></div>
    <div><dt>E-mail address</dt><dd class="long">${order.email ?? "–"}</dd></div>
    <div><dt>Delivery</dt><dd><${AddressText} address=${order.shipping_address} /></dd></div>
  </dl>`;

function Order({ order, onChanged }) {
  const pictures = useResource(order.id, () => picturesOf(order.items.map(({ sku }) => sku)));
  return html`
    <h1 class="order-number">${order.number}</h1>
    <div class="split">
      <div class="steps">
        <section aria-labelledby="items">
          <h2 id="items">Items</h2>
          <ul role="list">${order.items.map((item) => html`<${Item} key=${item.sku} item=${item} picture=${pictures.data?.[item.sku]} />`)}</ul>
        </section>
        <${Shipments} order=${order} />
        <${Shipping} order=${order} onChanged=${onChanged} />
      </div>
      <section class="summary" aria-labelledby="sums"><h2 id="sums">Order</h2><${Facts} order=${order} /><${Sums} of=${order} /></section>
    </div>`;
}

export function StaffOrder({ id }) {
  const order = useResource(id, () => findOrder(id));
  if (order.problem?.status === 404) return html`<${MissingPage} />`;
  return html`
    <nav class="crumbs" aria-label="You are here"><a href="/staff/orders">Orders</a></nav>
    <${Loaded} resource=${order}>${(found) => html`<${Order} order=${found} onChanged=${order.replace} />`}<//>`;
}
