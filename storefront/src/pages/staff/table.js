/** All products, whatever their status. */
import { listEveryProduct } from "../../api/catalog.js";
import { messageOf } from "../../api/messages.js";
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

function Listed({ page, status, onMore }) {
  const [problem, setProblem] = useState(null);
  const more = async () => {
    try {
      const { body } = await listEveryProduct({ status, cursor: page.next_cursor });
      onMore({ items: [...page.items, ...body.items], next_cursor: body.next_cursor });
    } catch (failed) {
      setProblem(failed);
    }
  };
  if (!page.items.length) return html`<${Notice}><p>There are none.</p><//>`;
  return html`
    <${Table} products=${page.items} />
    ${problem && html`<${Notice} kind="problem"><p>${messageOf(problem)}</p><//>`}
    ${page.next_cursor && html`<div class="more"><button class="button button-quiet" onClick=${more}>Load more</button></div>`}`;
}

export function ProductTable() {
  const [status, setStatus] = useState("all");
  const products = useResource(status, async () => (await listEveryProduct({ status })).body);
  return html`
    <div class="section-head">
      <h1>Products</h1>
      <a class="button" href="/staff/products/new">New product</a>
    </div>
    <label class="sort">Show
      <select value=${status} onChange=${(event) => setStatus(event.currentTarget.value)}>
        ${STATUSES.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
      </select>
    </label>
    <${Loaded} resource=${products}>
      ${(page) => html`<${Listed} key=${status} page=${page} status=${status} onMore=${products.replace} />`}
    <//>`;
}
