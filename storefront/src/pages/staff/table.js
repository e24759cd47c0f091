/** All products, whatever their status. */
import { listEveryProduct } from "../../api/catalog.js";
import { Field } from "../../parts/field.js";
import { LoadMore } from "../../parts/load-more.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { Picture } from "../../parts/picture.js";
import { Price } from "../../parts/price.js";
import { useResource } from "../../resource.js";
import { html, useState } from "../../view.js";

const STATUSES = [["all", "All"], ["active", "Active"], ["draft", "Draft"], ["archived", "Archived"]];

const Row = ({ product }) => html`
  <tr>
    <td class="cell-picture"><${Picture} url=${product.thumb_url} alt="" size=${48} /></td>
    <th scope="row"><a href="/staff/products/${product.id}">${product.name}</a><br /><span class="muted small">${product.slug}</span></th>
    <td>${product.price ? html`<${Price} price=${product.price} />` : "–"}</td>
    <td>${product.available ? "In stock" : "Sold out"}</td>
    <td>${STATUSES.find(([value]) => value === product.status)?.[1] ?? product.status}</td>
  </tr>`;

const Table = ({ products }) => html`
  <div class="table-frame">
    <table>
      <caption class="visually-hidden">Products</caption>
      <thead><tr><th scope="col"><span class="visually-hidden">Picture</span></th>
        <th scope="col">Name</th><th scope="col">Price</th><th scope="col">Stock</th><th scope="col">Status</th></tr></thead>
      <tbody>${products.map((product) => html`<${Row} key=${product.id} product=${product} />`)}</tbody>
    </table>
  </div>`;

function Listed({ page, read, onMore }) {
  if (!page.items.length) return html`<${Notice}><p>There are none.</p><//>`;
  return html`
    <${Table} products=${page.items} />
    <${LoadMore} page=${page} read=${read} onMore=${onMore} />`;
}

/** Archived products are not in the index. */
function Search({ q, onSearch }) {
  const [text, setText] = useState(q);
  const search = (event) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  return html`
    <form class="search" role="search" aria-label="Products" onSubmit=${search}>
      <${Field} label="Name, SKU or other words" name="product-words" autocomplete="off" maxlength="200" value=${text} onValue=${setText}
        required=${false} />
      <button class="button">Find</button>
      ${q && html`<button type="button" class="button button-quiet" onClick=${() => { setText(""); onSearch(""); }}>Show all</button>`}
    </form>`;
}

export function ProductTable() {
  const [status, setStatus] = useState("all");
  const [q, setQ] = useState("");
  const choose = (next) => {
    setStatus(next);
    if (next === "archived") setQ("");
  };
  const read = async (cursor) => (await listEveryProduct({ status, q, cursor })).body;
  const products = useResource(`${status} ${q}`, () => read());
  return html`
    <div class="section-head">
      <h1>Products</h1>
      <a class="button" href="/staff/products/new">New product</a>
    </div>
    ${status !== "archived" && html`<${Search} q=${q} onSearch=${setQ} />`}
    <label class="sort">Show
      <select value=${status} onChange=${(event) => choose(event.currentTarget.value)}>
        ${STATUSES.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
      </select>
    </label>
    <${Loaded} resource=${products}>
      ${(page) => html`<${Listed} page=${page} read=${read} onMore=${products.replace} />`}
    <//>`;
}
