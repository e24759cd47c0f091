/** Noting what was sent of an order. */
import { shipOrder } from "../../api/orders.js";
import { Field } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { useOnce } from "../../parts/once.js";
import { toast } from "../../parts/toast.js";
import { html, useState } from "../../view.js";

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

export function ShipForm({ order, left, onChanged }) {
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
