/** The staff's side of the shop: behind a log-in, the products and the editing of one. */
import { listCategories } from "../../api/catalog.js";
import { isStaff, session } from "../../api/session.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { useResource } from "../../resource.js";
import { useStore } from "../../store.js";
import { html } from "../../view.js";
import { LoginForm } from "../login.js";
import { useTitle } from "../title.js";
import { Editor } from "./editor.js";
import { NewProduct } from "./new-product.js";
import { ProductTable } from "./table.js";

const nothing = () => null;

/** The shop itself decides what a role may do; this only spares a stranger the error. */
function Gate({ children }) {
  const user = useStore(session)?.user;
  if (isStaff(user)) return children;
  return html`
    <div class="narrow">
      <h1>Staff</h1>
      ${user?.role === "customer" && html`<${Notice} kind="problem"><p>Your account may not do this.</p><//>`}
      <${LoginForm} onDone=${nothing} />
    </div>`;
}

export function StaffPage() {
  useTitle("Staff");
  return html`<${Gate}><${ProductTable} /><//>`;
}

function Product({ id }) {
  const categories = useResource("categories", listCategories);
  return html`
    <nav class="crumbs" aria-label="You are here"><a href="/staff">Products</a></nav>
    <${Loaded} resource=${categories}>
      ${(items) => id === "new" ? html`<${NewProduct} categories=${items} />` : html`<${Editor} id=${id} categories=${items} />`}
    <//>`;
}

export function StaffProductPage({ id }) {
  useTitle("Staff");
  return html`<${Gate}><${Product} id=${id} /><//>`;
}
