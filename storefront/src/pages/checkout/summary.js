/** What is being bought and what it comes to. */
import { formatMoney } from "../../money.js";
import { optionsText } from "../../parts/parcel.js";
import { Picture } from "../../parts/picture.js";
import { Sums } from "../../parts/sums.js";
import { html } from "../../view.js";

const Item = ({ item }) => html`
  <li class="mini-line">
    <${Picture} url=${item.thumb_url} alt="" size=${56} />
    <div>
      <p>${item.name}</p>
      <p class="muted small">${[optionsText(item.options), `× ${item.quantity}`].filter(Boolean).join(" · ")}</p>
    </div>
    <p>${formatMoney(item.line_total)}</p>
  </li>`;

const Awaited = ({ cart }) => html`
  <dl class="sums"><div><dt>Subtotal</dt><dd>${formatMoney(cart.subtotal)}</dd></div></dl>
  <p class="muted small">Shipping and tax appear here once you have chosen a country.</p>`;

/** `quoted` is what useQuote answers. */
export function Summary({ cart, quoted, code, children }) {
  return html`
    <section class="summary" aria-labelledby="summary">
      <h2 id="summary">Your order</h2>
      <ul class="mini-lines" role="list">${cart.items.map((item) => html`<${Item} key=${item.sku} item=${item} />`)}</ul>
      <div class=${quoted.busy ? "quote quote-busy" : "quote"} aria-live="polite" aria-busy=${quoted.busy}>
        ${quoted.quote ? html`<${Sums} of=${{ discount_code: code, ...quoted.quote }} />` : html`<${Awaited} cart=${cart} />`}
      </div>
      ${children}
    </section>`;
}
