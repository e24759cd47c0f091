/** Sending something back: which items, how many, and why. */
import { requestReturn } from "../../api/orders.js";
import { Select, TextArea } from "../../parts/field.js";
import { useFocusBack } from "../../parts/focus.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { itemText } from "../../parts/parcel.js";
import { leftToReturn } from "../../parts/returns.js";
import { toast } from "../../parts/toast.js";
import { dateText } from "../../times.js";
import { html, useEffect, useRef, useState } from "../../view.js";

const REFUSALS = { order_cancelled: "This order is cancelled or refunded, so nothing of it can be returned." };

const howMany = (left) => Array.from({ length: left + 1 }, (_, count) => [String(count), count ? `${count} of ${left}` : "None"]);

const bodyOf = (counts, reason) => ({
  items: Object.entries(counts).map(([sku, count]) => ({ sku, quantity: Number(count) })).filter(({ quantity }) => quantity),
  ...(reason.trim() && { reason: reason.trim() }),
});

/** With one thing to return there is nothing to choose. */
function firstChoice(left) {
  const skus = Object.keys(left);
  return Object.fromEntries(skus.map((sku) => [sku, skus.length === 1 && left[sku] === 1 ? "1" : "0"]));
}

function ReturnForm({ order, left, onDone, onCancel }) {
  const [counts, setCounts] = useState(() => firstChoice(left));
  const [reason, setReason] = useState("");
  const form = useRef(null);
  useEffect(() => form.current.querySelector("select").focus(), []);
  const body = bodyOf(counts, reason);
  const sending = useSending(async () => {
    onDone(await requestReturn(order.id, body));
    toast("The return is asked for. What becomes of it stands here.");
  });
  return html`
    <form class="stack" onSubmit=${sending.send} ref=${form}>
      <${SendingProblem} sending=${sending} messages=${REFUSALS} places=${["reason"]} />
      <div class="fields">
        ${order.items.filter(({ sku }) => left[sku]).map((item) => html`
          <${Select} key=${item.sku} label=${itemText(item)} name="return-${item.sku}" value=${counts[item.sku]} choices=${howMany(left[item.sku])}
            onValue=${(count) => setCounts({ ...counts, [item.sku]: count })} />`)}
      </div>
      <${TextArea} label="Why?" name="reason" value=${reason} onValue=${setReason} rows="3" maxlength="500" error=${sending.errors.reason} optional />
      <p class="actions">
        <${SendButton} sending=${sending} disabled=${!body.items.length || sending.busy}>Ask for the return<//>
        <button type="button" class="button button-quiet" onClick=${onCancel}>Never mind</button>
      </p>
    </form>`;
}

const TIME_MS = 30 * 86_400_000;

/** Until when the buyer may ask. */
const endOf = (since) => new Date(new Date(since).getTime() + TIME_MS);

function Offer({ since, byStaff, button, onOpen }) {
  if (!byStaff && endOf(since) < new Date()) return html`<p class="muted">Returns were possible until ${dateText(endOf(since))}.</p>`;
  return html`
    <p class="muted">${byStaff ? "For the buyer." : "Once it has arrived here, you get your money back."} Buyers can ask until ${dateText(endOf(since))}.</p>
    <p><button type="button" class="button button-quiet" ref=${button} onClick=${onOpen}>Return something</button></p>`;
}

/** Shown once the order was delivered, as long as something of it can go back. `since`: when it was delivered, once that is known. */
export function ReturnRequest({ order, since, byStaff = false, onChanged }) {
  const [open, setOpen] = useState(false);
  const button = useFocusBack(open);
  const left = leftToReturn(order);
  if (order.status !== "delivered" || !since || !Object.keys(left).length) return null;
  const done = (changed) => {
    onChanged(changed);
    setOpen(false);
  };
  return html`
    <section class=${open ? "panel" : ""} aria-labelledby="return">
      <h2 id="return">Return something</h2>
      ${open
        ? html`<${ReturnForm} order=${order} left=${left} onDone=${done} onCancel=${() => setOpen(false)} />`
        : html`<${Offer} since=${since} byStaff=${byStaff} button=${button} onOpen=${() => setOpen(true)} />`}
    </section>`;
}
