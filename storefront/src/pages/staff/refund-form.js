/**
 * Giving money back. The form has one Idempotency-Key for as long as it stands there: whatever is sent with it again, after
 * a lost answer, say, gives money back once.
 */
import { findOrder, refundOrder } from "../../api/orders.js";
import { formatMoney, fromDecimal, toDecimal } from "../../money.js";
import { Field } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { toast } from "../../parts/toast.js";
import { html, useRef, useState } from "../../view.js";

/** What was taken and is not promised back yet. */
export function leftToRefund({ payment, refunds }) {
  const { amount, currency } = payment.captured;
  const promised = refunds.filter(({ status }) => status !== "failed");
  return { amount: promised.reduce((left, refund) => left - refund.amount.amount, amount), currency };
}

const REFUSALS = {
  forbidden: "That is more than your account may give back of one order. Please ask an admin.",
  order_cancelled: "This order is being cancelled: all of its money goes back anyway.",
  idempotency_mismatch: "This form was sent before with something else in it. Load the order again to see what was done.",
};

/** Whether the money is on its way all the same. */
const isUnclear = (problem) => problem && (problem.unanswered || problem.code === "idempotency_mismatch");

function amountError(text, amount, left) {
  if (amount === null) return text ? "An amount such as 12.50, please." : null;
  return amount > left.amount || amount === 0 ? `From ${formatMoney({ ...left, amount: 1 })} to ${formatMoney(left)}, please.` : null;
}

export function RefundForm({ order, onChanged }) {
  const left = leftToRefund(order);
  const [text, setText] = useState(toDecimal(left));
  const [reason, setReason] = useState("");
  const key = useRef(crypto.randomUUID());
  const amount = fromDecimal(text, left.currency);
  const error = amountError(text, amount, left);
  const sending = useSending(async () => {
    const body = { amount: { ...left, amount }, reason: reason.trim() };
    onChanged(await refundOrder(order.id, body, key.current));
    toast("The money is on its way back.");
  });
  const reload = async () => {
    const found = await findOrder(order.id).catch(() => null);
    if (!found) return;
    sending.forget();
    onChanged(found);
  };
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} messages=${REFUSALS} places=${["amount", "reason"]}>
        ${isUnclear(sending.problem) && html`<button type="button" class="button button-quiet" onClick=${reload}>Load the order again</button>`}
      <//>
      <div class="fields">
        <${Field} label="Amount in ${left.currency}" name="amount" inputmode="decimal" autocomplete="off" value=${text} onValue=${setText}
          hint="${formatMoney(left)} can go back." error=${error ?? sending.errors.amount} />
        <${Field} label="Why?" name="reason" maxlength="500" autocomplete="off" value=${reason} onValue=${setReason} hint="The buyer reads it."
          error=${sending.errors.reason} />
      </div>
      <p><${SendButton} sending=${sending} disabled=${sending.busy || amount === null || Boolean(error) || !reason.trim()}>
        ${amount === null || error ? "Refund" : `Refund ${formatMoney({ ...left, amount })}`}<//></p>
    </form>`;
}
