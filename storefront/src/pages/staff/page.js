/** The staff's side of the shop, behind a log-in: products, orders, stock, reviews and users. */
import { listCategories } from "../../api/catalog.js";
import { isStaff } from "../../api/session.js";
import { Loaded } from "../../parts/notice.js";
import { Tabs } from "../../parts/tabs.js";
import { useResource } from "../../resource.js";
import { html } from "../../view.js";
import { Gate } from "../gate.js";
import { useTitle } from "../title.js";
import { Editor } from "./editor.js";
import { Exports } from "./exports.js";
import { Imports } from "./imports.js";
import { NewProduct } from "./new-product.js";
import { StaffOrder } from "./order.js";
import { OrderTable } from "./orders.js";
import { ReviewTable } from "./reviews.js";
import { LowStock, StaffSku } from "./sku.js";
import { ProductTable } from "./table.js";
import { UserPage } from "./user.js";
import { UserTable } from "./users.js";

const PAGES = [
  ["/staff", "Products"], ["/staff/orders", "Orders"], ["/staff/stock", "Stock"], ["/staff/reviews", "Reviews"],
  ["/staff/transfer", "Import and export"], ["/staff/users", "Users"],
];

function Frame({ children }) {
  useTitle("Staff");
  return html`
    <${Gate} title="Staff" allows=${isStaff}>
      <${Tabs} label="Staff" pages=${PAGES} />
      ${children}
    <//>`;
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

export const StaffOrdersPage = () => html`<${Frame}><${OrderTable} /><//>`;

export const StaffOrderPage = ({ id }) => html`<${Frame}><${StaffOrder} id=${id} /><//>`;

export const StaffLowPage = () => html`<${Frame}><${LowStock} /><//>`;

export const StaffSkuPage = ({ sku }) => html`<${Frame}><${StaffSku} sku=${sku} /><//>`;

export const StaffTransferPage = () => html`
  <${Frame}><h1>Import and export</h1><div class="split"><${Imports} /><${Exports} /></div><//>`;

export const StaffReviewsPage = () => html`<${Frame}><${ReviewTable} /><//>`;

export const StaffUsersPage = () => html`<${Frame}><${UserTable} /><//>`;

export const StaffUserPage = ({ id }) => html`<${Frame}><${UserPage} id=${id} /><//>`;
