/** What staff do about the stock of a SKU: count it, correct it, watch it, and spread its counter. */
import { adjustStock, setShards, setStock } from "../../api/stock.js";
import { messageOf } from "../../api/messages.js";
import { Field } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { useOnce } from "../../parts/once.js";
import { toast } from "../../parts/toast.js";
import { html, useEffect, useState } from "../../view.js";

/** `onStock` gets the stock as it then is. */
export function SetForm({ stock, onStock }) {
  const [text, setText] = useState(String(stock.on_hand));
  useEffect(() => setText(String(stock.on_hand)), [stock.on_hand]);
  const sending = useSending(async () => {
    onStock(await setStock(stock.sku, { on_hand: Number(text) }));
    toast("Stock saved.");
  });
  return html`
    <form class="joined" onSubmit=${sending.send}>
      <input inputmode="numeric" pattern="[0-9]+" required aria-label="In stock, ${stock.sku}" value=${text}
        onInput=${(event) => setText(event.currentTarget.value)} />
      <button class="button button-quiet" disabled=${sending.busy}>Set</button>
    </form>
    ${stock.held > 0 && html`<p class="muted small">${stock.held} held for orders under way</p>`}
    ${sending.problem && html`<p class="error" role="alert">${messageOf(sending.problem)}</p>`}`;
}

export function AdjustForm({ stock, onStock }) {
  const [values, setValues] = useState({ delta: "", reason: "" });
  const once = useOnce();
  const delta = /^[+-]?\d{1,9}$/.test(values.delta.trim()) ? Number(values.delta) : null;
  const sending = useSending(async () => {
    const body = { delta, reason: values.reason.trim() };
    const changed = await adjustStock(stock.sku, body, once.keyFor(body));
    once.done();
    setValues({ delta: "", reason: "" });
    onStock(changed);
    toast("The correction is noted.");
  });
  const part = (name) => ({ name, value: values[name], error: sending.errors[name], onValue: (text) => setValues({ ...values, [name]: text }) });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${["delta", "reason"]} />
      <div class="fields">
        <${Field} label="By how many" ...${part("delta")} inputmode="text" pattern="[+\\-]?[0-9]+" autocomplete="off" hint="Such as 12, or -3." />
        <${Field} label="Why" ...${part("reason")} maxlength="200" autocomplete="off" hint="Such as: broken in the store." />
      </div>
      <p><${SendButton} sending=${sending} disabled=${!delta || sending.busy}>Correct it<//></p>
    </form>`;
}

/** A whole number that is saved by itself. */
function NumberForm({ label, hint, value, name, optional = false, work, said }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const sending = useSending(async () => {
    await work(text.trim());
    toast(said);
  });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${[name]} />
      <${Field} label=${label} name=${name} hint=${hint} value=${text} onValue=${setText} error=${sending.errors[name]} inputmode="numeric"
        pattern="[0-9]+" autocomplete="off" optional=${optional} />
      <p><${SendButton} sending=${sending} kind="button-quiet" disabled=${sending.busy || text.trim() === value}>Save<//></p>
    </form>`;
}

export const LowForm = ({ stock, onStock }) => html`
  <${NumberForm} label="Low at" name="low_stock_at" value=${String(stock.low_stock_at ?? "")} optional said="Saved."
    hint="With so many left, or fewer, it is on the list of what is low. Left empty: never."
    work=${async (text) => onStock(await setStock(stock.sku, { low_stock_at: text ? Number(text) : null }))} />`;

export const ShardsForm = ({ stock, onStock }) => html`
  <${NumberForm} label="Counters" name="shards" value=${String(stock.shards)} said="The stock is spread."
    hint="More than one for what many want at the same moment, so that they need not wait for one another."
    work=${async (text) => onStock(await setShards(stock.sku, Number(text)))} />`;
