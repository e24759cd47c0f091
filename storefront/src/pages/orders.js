/** The shopper's own orders, newest first. */
import { listOrders } from "../api/orders.js";
import { isAccount, session } from "../api/session.js";
import { Loaded, Notice } from "../parts/notice.js";
import { OrderList } from "../parts/order-list.js";
import { useResource } from "../resource.js";
import { useStore } from "../store.js";
import { html } from "../view.js";
import { AccountTabs } from "./account/tabs.js";
import { useTitle } from "./title.js";

const None = () => html`
  <${Notice}>
    <p>There are no orders yet. Orders you place here are listed, also without an account; those of an account appear
      once you <a href="/login?then=/orders">log in</a>.</p>
  <//>`;

const NOTHING = { items: [], next_cursor: null };

export function OrdersPage() {
  useTitle("Your orders");
  const user = useStore(session)?.user;
  const orders = useResource(`orders ${user?.id}`, () => listOrders().catch((problem) => {
    if (problem.code === "session_ended") return NOTHING;
    throw problem;
  }));
  return html`
    <h1>Your orders</h1>
    ${isAccount(user) && html`<${AccountTabs} />`}
    <${Loaded} resource=${orders}>
      ${(page) => page.items.length
        ? html`<${OrderList} page=${page} read=${listOrders} onMore=${orders.replace} />`
        : html`<${None} />`}
    <//>`;
}
