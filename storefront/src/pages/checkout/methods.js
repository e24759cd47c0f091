/** How the order is sent, and what that costs. */
import { formatMoney } from "../../money.js";
import { weightText } from "../../weights.js";
import { html } from "../../view.js";

/** The rates that can be the first that fits: which one it is depends on the weight, which the shop knows. */
function possible(rates, subtotal) {
  const fitting = rates.filter(({ min_subtotal }) => !min_subtotal || min_subtotal.amount <= subtotal.amount);
  const last = fitting.findIndex(({ max_weight_g }) => max_weight_g == null);
  return last < 0 ? fitting : fitting.slice(0, last + 1);
}

const priceOf = ({ amount, currency }) => (amount === 0 ? "Free" : formatMoney({ amount, currency }));

/** What is known before the quote: the one price, or the lowest. */
function priceText({ rates }, subtotal) {
  const prices = possible(rates ?? [], subtotal).map(({ price }) => price).sort((a, b) => a.amount - b.amount);
  if (!prices.length) return "";
  const one = prices[0].amount === prices[prices.length - 1].amount;
  return one ? priceOf(prices[0]) : `from ${formatMoney(prices[0])}`;
}

/** What a larger order would save. */
function freeText({ rates }, subtotal) {
  const free = (rates ?? []).find(({ min_subtotal, price }) => price.amount === 0 && min_subtotal?.amount > subtotal.amount);
  if (!free) return null;
  return `Free from ${formatMoney(free.min_subtotal)}${free.max_weight_g == null ? "" : `, up to ${weightText(free.max_weight_g)}`}`;
}

const Method = ({ method, chosen, price, hint, onChoose }) => html`
  <label class="choice">
    <input type="radio" name="shipping_method" value=${method.id} checked=${chosen} onChange=${() => onChoose(method.id)} />
    <span class="choice-text">
      <span>${method.name}${hint && html`<br /><span class="muted small">${hint}</span>`}</span>
      <span>${price}</span>
    </span>
  </label>`;

/** `quoted` tells what the chosen one really costs, and `subtotal` is the cart's. */
export function Methods({ methods, chosen, country, error, subtotal, quoted, onChoose }) {
  const exact = quoted.quote && !quoted.busy ? priceOf(quoted.quote.shipping) : null;
  return html`
    <section aria-labelledby="methods">
      <h2 id="methods">Delivery</h2>
      ${!country && html`<p class="hint">Choose your country first.</p>`}
      ${country && !methods.length && html`<p class="error">We do not send to this country yet.</p>`}
      ${country && methods.length > 0 && html`
        <div class="choices" role="radiogroup" aria-labelledby="methods">
          ${methods.map((method) => html`
            <${Method} key=${method.id} method=${method} chosen=${chosen === method.id} hint=${freeText(method, subtotal)} onChoose=${onChoose}
              price=${(chosen === method.id && exact) || priceText(method, subtotal)} />`)}
        </div>`}
      ${error && html`<p class="error">${error}</p>`}
    </section>`;
}
