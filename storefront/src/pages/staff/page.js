/** The staff's side of the shop, behind a log-in: what is sold, to whom, at what price, and what came of it. */
import { listCategories } from "../../api/catalog.js";
import { isStaff, session } from "../../api/session.js";
import { Loaded } from "../../parts/notice.js";
import { Tabs } from "../../parts/tabs.js";
import { useResource } from "../../resource.js";
import { useStore } from "../../store.js";
import { html } from "../../view.js";
import { Gate } from "../gate.js";
import { useTitle } from "../title.js";
import { DiscountPage, DiscountTable } from "./discounts/page.js";
import { Editor } from "./editor.js";
import { Exports } from "./exports.js";
import { Imports } from "./imports.js";
import { NewProduct } from "./new-product.js";
import { StaffOrder } from "./order.js";
import { OrderTable } from "./orders.js";
import { Rates } from "./rates/page.js";
import { SalesReport } from "./reports/page.js";
import { ReviewTable } from "./reviews.js";
import { LowStock, StaffSku } from "./sku.js";
import { ProductTable } from "./table.js";
import { UserPage } from "./user.js";
import { UserTable } from "./users.js";
import { EndpointList, EndpointPage } from "./webhooks/page.js";

const PAGES = [
  ["/staff", "Products"], ["/staff/orders", "Orders"], ["/staff/stock", "Stock"], ["/staff/reviews", "Reviews"],
  ["/staff/discounts", "Discounts"], ["/staff/rates", "Shipping and tax"], ["/staff/sales", "Sales"],
  ["/staff/transfer", "Import and export"], ["/staff/users", "Users"],
];

const ADMIN_PAGES = [["/staff/webhooks", "Webhooks"]];

const isAdmin = (user) => user?.role === "admin";

function Frame({ allows = isStaff, children }) {
  useTitle("Staff");
  const user = useStore(session)?.user;
  return html`
    ${isStaff(user) && html`<${Tabs} label="Staff" pages=${isAdmin(user) ? [...PAGES, ...ADMIN_PAGES] : PAGES} />`}
    <${Gate} title="Staff" allows=${allows}>${children}<//>`;
}

export const StaffPage = () => html`<${Frame}><${ProductTable} /><//>`;

function Product({ id }) {
  const categories = useResource("categories", listCategories);
  return html`
    <nav class="crumbs" aria-label="You are here"><a href="/staff">Products</a></nav>
    <${Loaded} resource=${categories}>
      ${(items) => id === "new" ? html`<${NewProduct} categories=${items} />` : html`<${Editor} id=${id} categories=${items} />`}
    <//>`;
}

export const StaffProductPage = ({ id }) => html`<${Frame}><${Product} id=${id} /><//>`;

export const StaffOrdersPage = ({ query }) => html`<${Frame}><${OrderTable} query=${query} /><//>`;

export const StaffOrderPage = ({ id }) => html`<${Frame}><${StaffOrder} id=${id} /><//>`;

export const StaffLowPage = () => html`<${Frame}><${LowStock} /><//>`;

export const StaffSkuPage = ({ sku }) => html`<${Frame}><${StaffSku} sku=${sku} /><//>`;

export const StaffTransferPage = () => html`
  <${Frame}><h1>Import and export</h1><div class="split"><${Imports} /><${Exports} /></div><//>`;

export const StaffReviewsPage = () => html`<${Frame}><${ReviewTable} /><//>`;

export const StaffUsersPage = () => html`<${Frame}><${UserTable} /><//>`;

export const StaffUserPage = ({ id }) => html`<${Frame}><${UserPage} id=${id} /><//>`;

export const StaffDiscountsPage = () => html`<${Frame}><${DiscountTable} /><//>`;

export const StaffDiscountPage = ({ code }) => html`<${Frame}><${DiscountPage} code=${code} /><//>`;

export const StaffRatesPage = () => html`<${Frame}><${Rates} /><//>`;

export const StaffSalesPage = ({ query }) => html`<${Frame}><${SalesReport} query=${query} /><//>`;

export const StaffWebhooksPage = () => html`<${Frame} allows=${isAdmin}><${EndpointList} /><//>`;

export const StaffWebhookPage = ({ id }) => html`<${Frame} allows=${isAdmin}><${EndpointPage} id=${id} /><//>`;
