/** The invoice of an order and its credit notes. They are made a moment after the order, so one may have to wait. */
import { findInvoice } from "../api/orders.js";
import { html, useEffect, useRef, useState } from "../view.js";
import { SendingProblem, useSending } from "./form.js";
import { Notice } from "./notice.js";

const PATIENCE_MS = 60_000;
/** The links live for 15 minutes; before they end they are taken away, by this browser's sense of time alone. */
const FRESH_MS = 12 * 60_000;

const HAVE_ONE = ["confirmed", "shipped", "delivered", "refunded"];

const hasInvoice = ({ status, payment }) => HAVE_ONE.includes(status) || payment.captured.amount > 0;

const REFUSALS = { order_not_paid: "There is no invoice for this order." };

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/** Asks until it is there. → its body, or null when it was not made in time or nobody waits any more. */
async function awaited(id, waited) {
  const until = Date.now() + PATIENCE_MS;
  while (waited.current && Date.now() < until) {
    const { status, body, wait } = await findInvoice(id);
    if (status === 200) return body;
    await pause(wait);
  }
  return null;
}

const Link = ({ url, children }) => html`<a href=${url} target="_blank" rel="noopener noreferrer" download>${children}</a>`;

const Documents = ({ found }) => html`
  <ul role="list" aria-label="Documents">
    <li><${Link} url=${found.url}>Invoice ${found.number} (PDF)<//></li>
    ${found.credit_notes.map((note) => html`
      <li key=${note.number}><${Link} url=${note.url}>Credit note ${note.number} (PDF)<//></li>`)}
  </ul>`;

export function Invoice({ order }) {
  const [found, setFound] = useState(null);
  const [late, setLate] = useState(false);
  const waited = useRef(true);
  useEffect(() => () => { waited.current = false; }, []);
  useEffect(() => setFound(null), [order.version]);
  useEffect(() => {
    const timer = found && setTimeout(() => setFound(null), FRESH_MS);
    return () => clearTimeout(timer);
  }, [found]);
  const sending = useSending(async () => {
    setLate(false);
    const body = await awaited(order.id, waited);
    if (!waited.current) return;
    setFound(body);
    setLate(!body);
  });
  if (!hasInvoice(order)) return null;
  if (found) return html`<${Documents} found=${found} />`;
  return html`
    <${SendingProblem} sending=${sending} messages=${REFUSALS} />
    ${late && html`<${Notice}><p>The invoice is still being made. Please try again in a minute.</p><//>`}
    <button type="button" class="button button-quiet button-wide" disabled=${sending.busy} onClick=${sending.send}>
      ${sending.busy ? "Getting the invoice…" : "Invoice"}</button>`;
}
