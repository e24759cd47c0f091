/** Sending the order and dealing with what comes back. */
import { loadCart } from "../../api/cart.js";
import { addressOf } from "../../parts/address.js";
import { focusFirstError } from "../../parts/field.js";
import { useRef, useState } from "../../view.js";
import { place } from "./attempt.js";
import { cancelAndWait } from "./refusal.js";

export function orderFrom(draft, cart, quote, card, asksEmail) {
  return {
    cart_version: cart.version,
    expected_total: quote.total,
    shipping_address: addressOf(draft.shipping),
    ...(draft.separateBilling && { billing_address: addressOf(draft.billing) }),
    shipping_method: draft.method,
    ...(draft.code && { discount_code: draft.code }),
    ...(quote.total.amount > 0 && { payment_method: card }),
    ...(asksEmail && { email: draft.email.trim() }),
  };
}

const CART_IS_OLD = new Set(["cart_changed", "cart_empty", "out_of_stock", "price_changed"]);

/** A declined order frees the cart a moment later; who presses again at once has it freed first. */
async function placeFreely(body, declined, onWait) {
  try {
    return await place(body, onWait);
  } catch (problem) {
    if (problem.code !== "checkout_in_progress" || !declined || problem.body.order_id !== declined) throw problem;
    await cancelAndWait(declined);
    return place(body, onWait);
  }
}

/**
 * → {busy, problem, mended, send, mend}: `busy` is what the button says meanwhile, `problem` the last refusal,
 * `mended` says that its cause is gone.
 */
export function useSubmission({ refused, quoted, onPlaced, onBank, onFields }) {
  const [state, setState] = useState({ busy: null, problem: refused, mended: null });
  const declined = useRef(null);
  const refuse = (problem) => {
    if (problem.code === "payment_action_required") return onBank(problem);
    if (problem.code === "payment_declined") declined.current = problem.body.order_id ?? null;
    if (problem.body.quote) quoted.show(problem.body.quote);
    if (CART_IS_OLD.has(problem.code)) loadCart().catch(() => null);
    onFields(problem);
    if (Object.keys(problem.fields).length) focusFirstError();
    return setState({ busy: null, problem, mended: null });
  };
  const send = async (body) => {
    setState({ busy: "Placing your order…", problem: null, mended: null });
    try {
      onPlaced(await placeFreely(body, declined.current, () => setState((now) => ({ ...now, busy: "Still working on it…" }))));
    } catch (problem) {
      refuse(problem);
    }
  };
  return { ...state, send, mend: (mended) => setState({ busy: null, problem: null, mended }) };
}
