/** One line of an order. */
import { formatMoney } from "../../money.js";
import { optionsText } from "../../parts/parcel.js";
import { Picture } from "../../parts/picture.js";
import { html } from "../../view.js";

/** Those who have it can tell others how it is. */
const ReviewLink = ({ item }) => html`
  <p class="small"><a href="/product/${item.product_id}?review" aria-label="Review ${item.name}">Review this product</a></p>`;

export const Item = ({ item, picture, reviewed = false }) => html`
  <li class="mini-line">
    <${Picture} url=${picture} alt="" size=${56} />
    <div>
      <p>${item.name}</p>
      <p class="muted small">${[optionsText(item.options), `${item.quantity} × ${formatMoney(item.unit_price)}`].filter(Boolean).join(" · ")}</p>
      ${reviewed && html`<${ReviewLink} item=${item} />`}
    </div>
    <p>${formatMoney(item.line_total)}</p>
  </li>`;
