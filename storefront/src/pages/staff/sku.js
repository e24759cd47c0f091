/** The stock of one SKU with its history, and the list of what is low. */
import { listAdjustments, listLow, readStock } from "../../api/stock.js";
import { LoadMore } from "../../parts/load-more.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { useResource } from "../../resource.js";
import { momentText } from "../../times.js";
import { html, useState } from "../../view.js";
import { MissingPage } from "../missing.js";
import { Panel } from "./panel.js";
import { AdjustForm, LowForm, SetForm, ShardsForm } from "./stock-forms.js";

const signed = new Intl.NumberFormat(navigator.language, { signDisplay: "exceptZero" });

const Levels = ({ stock }) => html`
  <dl class="levels">
    <div><dt>Available</dt><dd>${stock.available}</dd></div>
    <div><dt>Held for orders</dt><dd>${stock.held}</dd></div>
    <div><dt>On hand</dt><dd>${stock.on_hand}</dd></div>
  </dl>`;

const Change = ({ change }) => html`
  <tr><td>${momentText(change.at)}</td><td>${signed.format(change.delta)}</td><td>${change.reason}</td>
    <td>${change.actor ? html`<a href="/staff/users/${change.actor}">Who</a>` : "–"}</td></tr>`;

/** `turn` counts what was changed on this page. */
function History({ sku, turn }) {
  const history = useResource(`${sku} ${turn}`, () => listAdjustments(sku));
  return html`
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <${Loaded} resource=${history}>
        ${(page) => (page.items.length ? html`
          <div class="table-frame">
            <table>
              <caption class="visually-hidden">Corrections, newest first</caption>
              <thead><tr><th scope="col">When</th><th scope="col">By</th><th scope="col">Why</th><th scope="col">Who</th></tr></thead>
              <tbody>${page.items.map((change) => html`<${Change} key=${change.id} change=${change} />`)}</tbody>
            </table>
          </div>
          <${LoadMore} page=${page} read=${(cursor) => listAdjustments(sku, cursor)} onMore=${history.replace} />`
          : html`<p class="muted">Nothing was corrected yet.</p>`)}
      <//>
    </section>`;
}

function Forms({ stock, replace }) {
  const [turn, setTurn] = useState(0);
  const onStock = (next) => {
    replace(next);
    setTurn(turn + 1);
  };
  return html`
    <${Levels} stock=${stock} />
    <div class="panels">
      <${Panel} id="adjust" title="Correct it"><${AdjustForm} stock=${stock} onStock=${onStock} /><//>
      <${Panel} id="count" title="Counted anew"><${SetForm} stock=${stock} onStock=${onStock} /><//>
      <${Panel} id="low" title="Low stock"><${LowForm} stock=${stock} onStock=${onStock} /><//>
      <${Panel} id="shards" title="Many buyers at once"><${ShardsForm} stock=${stock} onStock=${onStock} /><//>
    </div>
    <${History} sku=${stock.sku} turn=${turn} />`;
}

export function StaffSku({ sku }) {
  const stock = useResource(sku, () => readStock(sku));
  if (stock.problem?.status === 404) return html`<${MissingPage} />`;
  return html`
    <nav class="crumbs" aria-label="You are here"><a href="/staff/stock">Stock</a></nav>
    <h1 class="long">${sku}</h1>
    <${Loaded} resource=${stock}>${(found) => html`<${Forms} stock=${found} replace=${stock.replace} />`}<//>`;
}

const Low = ({ low }) => html`
  <tr>
    <th scope="row"><a href="/staff/stock/${encodeURIComponent(low.sku)}">${low.sku}</a></th>
    <td>${low.available}</td><td>${low.low_stock_at}</td><td>${momentText(low.since)}</td>
    <td><a href="/staff/products/${low.product_id}">Product</a></td>
  </tr>`;

export function LowStock() {
  const low = useResource("low", () => listLow());
  return html`
    <h1>Low stock</h1>
    <p class="muted">Of these no more is available than the level that was set on the page of the SKU. A SKU’s page is found through its product.</p>
    <${Loaded} resource=${low}>
      ${(page) => (page.items.length ? html`
        <div class="table-frame">
          <table>
            <caption class="visually-hidden">What is low</caption>
            <thead><tr><th scope="col">SKU</th><th scope="col">Available</th><th scope="col">Low at</th><th scope="col">Since</th>
              <th scope="col"><span class="visually-hidden">Product</span></th></tr></thead>
            <tbody>${page.items.map((one) => html`<${Low} key=${one.sku} low=${one} />`)}</tbody>
          </table>
        </div>
        <${LoadMore} page=${page} read=${listLow} onMore=${low.replace} />`
        : html`<${Notice} kind="good"><p>Nothing is low.</p><//>`)}
    <//>`;
}
