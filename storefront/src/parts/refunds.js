/** Money that went back, or is on its way. */
import { formatMoney } from "../money.js";
import { dateText } from "../times.js";
import { html } from "../view.js";

const STATUS = { pending: "On its way", failed: "Refused by the bank" };

/** What the shop gives as the reason by itself. */
const REASONS = { returned: "For what was sent back", cancelled: "The order was cancelled", erased: "The account was deleted" };

const Refund = ({ refund }) => html`
  <li class="small">
    <p><strong>${formatMoney(refund.amount)}</strong> <span class="muted">${dateText(refund.at)}</span>
      ${refund.status in STATUS && html` <span class="tag tag-${refund.status}">${STATUS[refund.status]}</span>`}</p>
    ${refund.reason && html`<p class="muted long">${REASONS[refund.reason] ?? refund.reason}</p>`}
  </li>`;

export const Refunds = ({ order }) => order.refunds.length > 0 && html`
  <section aria-labelledby="refunds">
    <h3 id="refunds">Refunds</h3>
    <ul role="list" class="refunds">${order.refunds.map((refund) => html`<${Refund} key=${refund.number} refund=${refund} />`)}</ul>
  </section>`;
