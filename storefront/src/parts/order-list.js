/** Orders in a list, as far as they were loaded. */
import { formatMoney } from "../money.js";
import { dayText } from "../times.js";
import { html } from "../view.js";
import { SendButton, SendingProblem, useSending } from "./form.js";
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

/** `read(cursor)` answers the next page, `onMore` gets what is then there; below `base` is each order's page. */
export function OrderList({ page, read, onMore, base = "/order" }) {
  const sending = useSending(async () => {
    const next = await read(page.next_cursor);
    onMore({ items: [...page.items, ...next.items], next_cursor: next.next_cursor });
  });
  return html`
    <ul class="orders" role="list">${page.items.map((order) => html`<${Row} key=${order.id} order=${order} base=${base} />`)}</ul>
    <${SendingProblem} sending=${sending} />
    ${page.next_cursor && html`
      <div class="more"><${SendButton} sending=${sending} type="button" kind="button-quiet" onClick=${sending.send}>Load more<//></div>`}`;
}
