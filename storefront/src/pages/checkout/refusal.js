/** Why an order was not placed, in plain words, with what the buyer can do about it. */
import { removeItem, setQuantity } from "../../api/cart.js";
import { messageOf } from "../../api/messages.js";
import { cancelOrder, findOrder } from "../../api/orders.js";
import { formatMoney } from "../../money.js";
import { Countdown, useSecondsLeft } from "../../parts/countdown.js";
import { Notice } from "../../parts/notice.js";
import { html, useState } from "../../view.js";

/** A button whose work may fail; its own problem is shown below it. */
function Action({ text, busyText, work }) {
  const [state, setState] = useState({ busy: false, problem: null });
  const act = async () => {
    setState({ busy: true, problem: null });
    try {
      await work();
      setState({ busy: false, problem: null });
    } catch (problem) {
      setState({ busy: false, problem });
    }
  };
  return html`
    <button type="button" class="button button-quiet" disabled=${state.busy} onClick=${act}>
      ${state.busy ? busyText ?? "One moment…" : text}
    </button>
    ${state.problem && html`<p class="error">${messageOf(state.problem)}</p>`}`;
}

const nameIn = (cart, sku) => cart.items.find((item) => item.sku === sku)?.name ?? sku;

function shortageText({ sku, requested, available }, cart) {
  const left = available > 0 ? `only ${available} left` : "sold out";
  return `${nameIn(cart, sku)}: you want ${requested}, ${left}.`;
}

async function takeWhatIsLeft(shortages) {
  for (const { sku, available } of shortages) {
    if (available > 0) await setQuantity(sku, Math.min(available, 99));
    else await removeItem(sku);
  }
}

function OutOfStock({ problem, cart, onMended }) {
  const shortages = problem.body.shortages ?? [];
  const mend = async () => {
    await takeWhatIsLeft(shortages);
    onMended("Your cart now holds what is left. Check the total, then place the order again.");
  };
  return html`
    <${Notice} kind="problem" title=${messageOf(problem)} id="refusal">
      <ul>${shortages.map((short) => html`<li key=${short.sku}>${shortageText(short, cart)}</li>`)}</ul>
      <p>You have not been charged.</p>
      <${Action} text="Take what is left" work=${mend} />
    <//>`;
}

/** Cancelled orders give the cart back; that may take a moment after the answer. */
export async function cancelAndWait(id, tries = 20) {
  const { status } = await cancelOrder(id);
  if (status === 200) return;
  for (let left = tries; left > 0; left -= 1) {
    await new Promise((done) => setTimeout(done, 1000));
    if ((await findOrder(id)).status !== "pending") return;
  }
}

function InProgress({ problem, onMended }) {
  const id = problem.body.order_id;
  const cancel = async () => {
    await cancelAndWait(id);
    onMended("The other order is cancelled and your cart is free again. You can place your order now.");
  };
  return html`
    <${Notice} kind="problem" title=${messageOf(problem)} id="refusal">
      <p>You can wait for it, look at it, or cancel it and buy now. Nothing is paid twice.</p>
      ${id && html`
        <p class="actions">
          <a class="button button-quiet" href="/order/${id}">Look at that order</a>
          <${Action} text="Cancel it" busyText="Cancelling…" work=${cancel} />
        </p>`}
    <//>`;
}

const REASONS = {
  insufficient_funds: "There is not enough money on it.",
  expired_card: "It has expired.",
  incorrect_cvc: "Its security code is not right.",
  lost_card: "The bank asks you to call it.",
  stolen_card: "The bank asks you to call it.",
};

/** Why, where the bank has said so. */
function Declined({ problem }) {
  const reason = REASONS[problem.body.decline_code];
  return html`
    <${Notice} kind="problem" title="Your bank declined the card" id="refusal">
      ${reason && html`<p>${reason}</p>`}
      <p>You have not been charged and your cart is as it was. Choose another card below and place the order again.</p>
    <//>`;
}

const PriceChanged = ({ problem }) => html`
  <${Notice} kind="problem" title="A price has changed" id="refusal">
    <p>${problem.body.quote
      ? html`The total is now <strong>${formatMoney(problem.body.quote.total)}</strong>. `
      : null}You have not been charged. If you agree, place the order again.</p>
  <//>`;

const Unanswered = ({ problem, again }) => html`
  <${Notice} kind="problem" title="We do not know yet whether your order went through" id="refusal">
    <p>${messageOf(problem)} Asking again is safe: you will not order or pay twice.</p>
    <${Action} text="Ask again" busyText="Asking…" work=${again} />
  <//>`;

/**
 * Counts down to when it makes sense to try again. The shop says so when there is no order; what stands before it says so
 * as well when it lost touch in the middle. Hence no promise but the one that holds for both.
 */
function Unavailable({ problem, again }) {
  const left = useSecondsLeft(problem);
  return html`
    <${Notice} kind="problem" title="We cannot take your order just now" id="refusal">
      <p>Trying again is safe: you will not order or pay twice.</p>
      ${left > 0 ? html`<${Countdown} left=${left} />` : html`<${Action} text="Try again" work=${again} />`}
    <//>`;
}

const HAS_A_PLACE = /^(shipping|billing)_address\.|^(email|shipping_method|payment_method)$/;

function Plain({ problem }) {
  const elsewhere = Object.entries(problem.fields ?? {}).filter(([field]) => !HAS_A_PLACE.test(field));
  return html`
    <${Notice} kind="problem" id="refusal">
      <p>${messageOf(problem)}</p>
      ${elsewhere.length > 0 && html`<ul>${elsewhere.map(([field, message]) => html`<li key=${field}>${message}</li>`)}</ul>`}
    <//>`;
}

const KINDS = {
  out_of_stock: OutOfStock,
  checkout_in_progress: InProgress,
  payment_declined: Declined,
  price_changed: PriceChanged,
  unavailable: Unavailable,
};

/** `again` sends the same order again; `onMended(text)` says that the buyer may try anew. */
export function Refusal({ problem, cart, again, onMended }) {
  const undecided = problem.unanswered || problem.code === "in_progress";
  const Kind = undecided ? Unanswered : KINDS[problem.code] ?? Plain;
  return html`<${Kind} ...${{ problem, cart, again, onMended }} />`;
}
