/** Checkout: where to, how, what it costs, how it is paid. */
import { loadCart } from "../../api/cart.js";
import { messageOf } from "../../api/messages.js";
import { listShippingMethods } from "../../api/rates.js";
import { Loaded, Loading, Notice, ProblemNotice } from "../../parts/notice.js";
import { useResource } from "../../resource.js";
import { navigate } from "../../router.js";
import { html, useState } from "../../view.js";
import { EmptyCart, useCart } from "../cart.js";
import { useTitle } from "../title.js";
import { forgetAttempt, openAttempt, place } from "./attempt.js";
import { Bank } from "./bank.js";
import { forgetDraft } from "./draft.js";
import { CheckoutForm } from "./form.js";
import { keepAddress } from "./saved.js";

/** Where an order that was placed goes: its page, or back to the form when it came to nothing. */
function arrive(order) {
  forgetAttempt();
  keepAddress();
  if (order.status !== "pending") forgetDraft();
  loadCart().catch(() => null);
  navigate(`/order/${order.id}?placed=1`, { replace: true });
}

const came = (order) => !["cancelled", "payment_failed"].includes(order.status);

/** An order of which this tab never heard the end, from before a reload. */
function Unfinished({ attempt, onDone, onBank }) {
  const [state, setState] = useState({ busy: false, problem: null });
  const ask = async () => {
    setState({ busy: true, problem: null });
    try {
      arrive(await place(attempt.body));
    } catch (problem) {
      if (problem.code === "payment_action_required") onBank(problem);
      else if (!openAttempt()) onDone(problem);
      else setState({ busy: false, problem });
    }
  };
  return html`
    <div class="narrow">
      <h1>Your last order</h1>
      <${Notice} title="We have not heard how your last order ended">
        <p>Asking again is safe: you will not order or pay twice.</p>
        ${state.problem && html`<p class="error">${messageOf(state.problem)}</p>`}
        <p class="actions">
          <button type="button" class="button" disabled=${state.busy} onClick=${ask}>${state.busy ? "Asking…" : "Ask again"}</button>
          <button type="button" class="button button-quiet" onClick=${() => { forgetAttempt(); onDone(null); }}>
            Back to the form
          </button>
        </p>
      <//>
    </div>`;
}

function Checkout({ cart, methods }) {
  const [attempt, setAttempt] = useState(openAttempt);
  const [bank, setBank] = useState(null);
  const [refused, setRefused] = useState(null);
  const back = (problem) => {
    setAttempt(null);
    setBank(null);
    setRefused(problem);
    loadCart().catch(() => null);
  };
  const afterBank = (order) => {
    if (came(order)) return arrive(order);
    forgetAttempt();
    return back({ code: "payment_not_completed", body: {} });
  };
  if (bank) return html`<${Bank} problem=${bank} onOutcome=${afterBank} />`;
  if (attempt) return html`<${Unfinished} attempt=${attempt} onDone=${back} onBank=${setBank} />`;
  if (!cart.items.length) return html`<${EmptyCart} />`;
  return html`<${CheckoutForm} cart=${cart} methods=${methods} refused=${refused} onPlaced=${arrive} onBank=${setBank} />`;
}

export function CheckoutPage() {
  useTitle("Checkout");
  const { current, problem, load } = useCart();
  const methods = useResource("methods", () => listShippingMethods());
  if (problem && !current) return html`<h1>Checkout</h1><${ProblemNotice} problem=${problem} retry=${load} />`;
  if (!current) return html`<${Loading} />`;
  return html`<${Loaded} resource=${methods}>${(items) => html`<${Checkout} cart=${current} methods=${items} />`}<//>`;
}
