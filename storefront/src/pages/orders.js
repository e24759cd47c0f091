/** The shopper's own orders, newest first. */
import { listOrders } from "../api/orders.js";
import { formatMoney } from "../money.js";
import { Loaded, Notice } from "../parts/notice.js";
import { useResource } from "../resource.js";
import { html, useState } from "../view.js";
import { dateText, statusText } from "./order-words.js";
import { useTitle } from "./title.js";

const Row = ({ order }) => html`
  <li>
    <a class="order-row" href="/order/${order.id}">
      <span class="order-number">${order.number}</span>
      <span class="muted">${dateText(order.placed_at)}</span>
      <span class="tag tag-${order.status}">${statusText(order.status)}</span>
      <span class="order-total">${formatMoney(order.total)}</span>
    </a>
  </li>`;

const None = () => html`
  <${Notice}>
    <p>There are no orders yet. Orders you place here are listed, also without an account; those of an account appear
      once you <a href="/login?then=/orders">log in</a>.</p>
  <//>`;

function List({ page, onMore }) {
  const [busy, setBusy] = useState(false);
  const more = async () => {
    setBusy(true);
    const next = await listOrders(page.next_cursor).catch(() => null);
    setBusy(false);
    if (next) onMore({ items: [...page.items, ...next.items], next_cursor: next.next_cursor });
  };
  if (!page.items.length) return html`<${None} />`;
  return html`
    <ul class="orders" role="list">${page.items.map((order) => html`<${Row} key=${order.id} order=${order} />`)}</ul>
    ${page.next_cursor && html`
      <div class="more"><button type="button" class="button button-quiet" disabled=${busy} onClick=${more}>Load more</button></div>`}`;
}

const NOTHING = { items: [], next_cursor: null };

export function OrdersPage() {
  useTitle("Your orders");
  const orders = useResource("orders", () => listOrders().catch((problem) => {
    if (problem.code === "session_ended") return NOTHING;
    throw problem;
  }));
  return html`
    <h1>Your orders</h1>
    <${Loaded} resource=${orders}>${(page) => html`<${List} page=${page} onMore=${orders.replace} />`}<//>`;
}
