/** How the order is sent. */
import { formatMoney } from "../../money.js";
import { html } from "../../view.js";

/** What is known before the quote: the one price, or the lowest. */
function priceText({ rates }) {
  const prices = (rates ?? []).map(({ price }) => price).sort((a, b) => a.amount - b.amount);
  if (!prices.length) return "";
  const lowest = prices[0].amount === 0 ? "free" : formatMoney(prices[0]);
  return prices.length === 1 ? lowest : `from ${lowest}`;
}

const Method = ({ method, chosen, onChoose }) => html`
  <label class="choice">
    <input type="radio" name="shipping_method" value=${method.id} checked=${chosen === method.id} onChange=${() => onChoose(method.id)} />
    <span class="choice-text"><span>${method.name}</span><span class="muted small">${priceText(method)}</span></span>
  </label>`;

export function Methods({ methods, chosen, country, error, onChoose }) {
  return html`
    <section aria-labelledby="methods">
      <h2 id="methods">Delivery</h2>
      ${!country && html`<p class="hint">Choose your country first.</p>`}
      ${country && !methods.length && html`<p class="error">We do not send to this country yet.</p>`}
      ${country && html`
        <div class="choices" role="radiogroup" aria-labelledby="methods">
          ${methods.map((method) => html`<${Method} key=${method.id} ...${{ method, chosen, onChoose }} />`)}
        </div>`}
      ${error && html`<p class="error">${error}</p>`}
    </section>`;
}
