/** The bank wants the buyer to confirm: its page opens in a window of its own while the order is watched here. */
import { messageOf } from "../../api/messages.js";
import { findOrder } from "../../api/orders.js";
import { Loading, Notice } from "../../parts/notice.js";
import { html, useEffect, useState } from "../../view.js";
import { cancelAndWait } from "./refusal.js";

const EVERY_MS = 1500;

const addressIn = (problem) => {
  const address = problem.body.next_action?.redirect_to_url?.url;
  return /^https?:\/\//.test(address ?? "") ? address : null;
};

/** Calls back with the order once it is no longer pending; a lost answer is asked for again. */
function useOutcome(id, onOutcome) {
  useEffect(() => {
    let timer = 0;
    let over = false;
    const look = async () => {
      const order = await findOrder(id).catch(() => null);
      if (over) return;
      if (order && order.status !== "pending") onOutcome(order);
      else timer = setTimeout(look, EVERY_MS);
    };
    look();
    return () => { over = true; clearTimeout(timer); };
  }, [id]);
}

export function Bank({ problem, onOutcome }) {
  const id = problem.body.order_id;
  const address = addressIn(problem);
  const [state, setState] = useState({ opened: false, busy: false, problem: null });
  useOutcome(id, onOutcome);
  const cancel = async () => {
    setState((now) => ({ ...now, busy: true, problem: null }));
    await cancelAndWait(id).catch((failed) => setState((now) => ({ ...now, busy: false, problem: failed })));
  };
  return html`
    <div class="narrow">
      <h1>Confirm with your bank</h1>
      <p>${messageOf(problem)} Its page opens in a new window. Come back here afterwards: this page goes on by itself.</p>
      <p class="actions">
        ${address && html`
          <a class="button button-large" href=${address} target="_blank" rel="noopener noreferrer"
            onClick=${() => setState((now) => ({ ...now, opened: true }))}>Open the bank’s page</a>`}
        <button type="button" class="button button-quiet" disabled=${state.busy} onClick=${cancel}>
          ${state.busy ? "Cancelling…" : "Cancel this order"}
        </button>
      </p>
      ${state.opened && html`<${Loading} what="Waiting for your bank" />`}
      ${state.problem && html`<${Notice} kind="problem"><p>${messageOf(state.problem)}</p><//>`}
    </div>`;
}
