/** One line of an order. */
import { formatMoney } from "../../money.js";
import { optionsText } from "../../parts/parcel.js";
import { Picture } from "../../parts/picture.js";
import { html } from "../../view.js";

/** Those who have it can tell others how it is. */
const ReviewLink = ({ item }) => html`
  <p class="small"><a href="/product/${item.product_id}?review" aria-label="Review ${item.name}">Review this product</a></p>`;

/** Below `base` is each product's page. */
export const Item = ({ item, picture, base = "/product", reviewed = false }) => html`
  <li class="mini-line">
    <${Picture} url=${picture} alt="" size=${56} />
    <div>
      <p><a class="item-name" href="${base}/${item.product_id}">${item.name}</a></p>
      <p class="muted small">${[optionsText(item.options), `${item.quantity} × ${formatMoney(item.unit_price)}`].filter(Boolean).join(" · ")}</p>
      ${reviewed && html`<${ReviewLink} item=${item} />`}
    </div>
    <p>${formatMoney(item.line_total)}</p>
  </li>`;
