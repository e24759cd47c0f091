/** Giving money back. A repeat of the same form gives it once. */
import { refundOrder } from "../../api/orders.js";
import { formatMoney, fromDecimal, toDecimal } from "../../money.js";
import { Field } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { useOnce } from "../../parts/once.js";
import { toast } from "../../parts/toast.js";
import { html, useState } from "../../view.js";

/** What was taken and is not promised back yet. */
export function leftToRefund({ payment, refunds }) {
  const { amount, currency } = payment.captured;
  const promised = refunds.filter(({ status }) => status !== "failed");
  return { amount: promised.reduce((left, refund) => left - refund.amount.amount, amount), currency };
}

const OVER = { forbidden: "That is more than your account may give back. Please ask an admin." };

function amountError(text, amount, left) {
  if (amount === null) return text ? "An amount such as 12.50, please." : null;
  return amount > left.amount || amount === 0 ? `From ${formatMoney({ ...left, amount: 1 })} to ${formatMoney(left)}, please.` : null;
}

export function RefundForm({ order, onChanged }) {
  const left = leftToRefund(order);
  const [text, setText] = useState(toDecimal(left));
  const [reason, setReason] = useState("");
  const once = useOnce();
  const amount = fromDecimal(text, left.currency);
  const error = amountError(text, amount, left);
  const sending = useSending(async () => {
    const body = { amount: { ...left, amount }, reason: reason.trim() };
    const changed = await refundOrder(order.id, body, once.keyFor(body));
    once.done();
    onChanged(changed);
    toast("The money is on its way back.");
  });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} messages=${OVER} places=${["amount", "reason"]} />
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
