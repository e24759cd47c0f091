/** How a total comes about, line by line; of a quote or an order. */
import { formatMoney } from "../money.js";
import { html } from "../view.js";

const minus = (money) => formatMoney({ ...money, amount: -money.amount });

export function Sums({ of }) {
  const rows = [
    ["Subtotal", formatMoney(of.subtotal)],
    of.discount?.amount > 0 && [of.discount_code ? `Discount, ${of.discount_code}` : "Discount", minus(of.discount)],
    ["Shipping", of.shipping.amount === 0 ? "Free" : formatMoney(of.shipping)],
    [taxLabel(of), formatMoney(of.tax)],
  ].filter(Boolean);
  return html`
    <dl class="sums">
      ${rows.map(([label, amount]) => html`<div key=${label}><dt>${label}</dt><dd>${amount}</dd></div>`)}
      <div class="sum-total"><dt>Total</dt><dd>${formatMoney(of.total)}</dd></div>
      ${of.payment?.refunded.amount > 0 && html`<div><dt>Refunded</dt><dd>${minus(of.payment.refunded)}</dd></div>`}
    </dl>`;
}

/** Where tax is part of the prices, the parts add up without it. */
function taxLabel({ subtotal, discount, shipping, tax, total }) {
  if (tax.amount === 0) return "Tax";
  const without = subtotal.amount - (discount?.amount ?? 0) + shipping.amount;
  return without === total.amount ? "Tax, included" : "Tax, on top";
}
