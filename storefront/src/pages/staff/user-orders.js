/** The orders of one user. */
import { ordersOf } from "../../api/people.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { OrderList } from "../../parts/order-list.js";
import { useResource } from "../../resource.js";
import { html } from "../../view.js";

export function UserOrders({ id }) {
  const orders = useResource(id, () => ordersOf(id));
  return html`
    <section aria-labelledby="orders">
      <h2 id="orders">Orders</h2>
      <${Loaded} resource=${orders}>
        ${(page) => page.items.length
          ? html`<${OrderList} page=${page} read=${(cursor) => ordersOf(id, cursor)} onMore=${orders.replace} base="/staff/orders" />`
          : html`<${Notice}><p>There are no orders of this account.</p><//>`}
      <//>
    </section>`;
}
