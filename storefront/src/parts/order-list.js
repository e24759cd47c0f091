/** Orders in a list, as far as they were loaded. */
import { formatMoney } from "../money.js";
import { dayText } from "../times.js";
import { html } from "../view.js";
import { LoadMore } from "./load-more.js";
import { statusText } from "./order-words.js";

const Row = ({ order, base }) => html`
  <li>
    <a class="order-row" href="${base}/${order.id}">
      <span class="order-number">${order.number}</span>
      <span class="muted">${dayText(order.placed_at)}</span>
      <span class="tag tag-${order.status}">${statusText(order.status)}</span>
      <span class="order-total">${formatMoney(order.total)}</span>
    </a>
  </li>`;

/** `read(cursor)` answers the next page, `onMore` is LoadMore's; below `base` is each order's page. */
export const OrderList = ({ page, read, onMore, base = "/order" }) => html`
  <ul class="orders" role="list">${page.items.map((order) => html`<${Row} key=${order.id} order=${order} base=${base} />`)}</ul>
  <${LoadMore} page=${page} read=${read} onMore=${onMore} />`;
