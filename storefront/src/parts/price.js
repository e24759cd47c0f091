/** A price, with what it was before where it has been lowered. */
import { formatMoney } from "../money.js";
import { html } from "../view.js";

const lowered = (price, before) => before && before.currency === price.currency && before.amount > price.amount;

export function Price({ price, before, from = false }) {
  if (!price) return html`<span class="price price-none">No price yet</span>`;
  if (!lowered(price, before)) return html`<span class="price">${from && "from "}${formatMoney(price)}</span>`;
  return html`
    <span class="price price-lowered">
      <span class="visually-hidden">Now </span><ins>${formatMoney(price)}</ins>
      <span class="visually-hidden">, before </span><del>${formatMoney(before)}</del>
    </span>`;
}
