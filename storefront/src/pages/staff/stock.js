/** How many of each variant there are, and the way to where that is corrected. */
import { readStock } from "../../api/stock.js";
import { messageOf } from "../../api/messages.js";
import { formatMoney } from "../../money.js";
import { useResource } from "../../resource.js";
import { html } from "../../view.js";
import { optionsText } from "../../parts/parcel.js";
import { SetForm } from "./stock-forms.js";

function Row({ variant }) {
  const stock = useResource(variant.sku, () => readStock(variant.sku));
  return html`
    <tr>
      <th scope="row"><a href="/staff/stock/${encodeURIComponent(variant.sku)}">${variant.sku}</a><br />
        <span class="muted small">${optionsText(variant.options)}</span></th>
      <td>${formatMoney(variant.price)}</td>
      <td>
        ${stock.problem && html`
          <p class="error">${messageOf(stock.problem)}</p>
          <button type="button" class="link" aria-label="Try again, ${variant.sku}" onClick=${stock.reload}>Try again</button>`}
        ${stock.data && html`<${SetForm} stock=${stock.data} onStock=${stock.replace} />`}
      </td>
    </tr>`;
}

export const Stock = ({ variants }) => html`
  <section aria-labelledby="stock">
    <h2 id="stock">Stock</h2>
    <div class="table-frame">
      <table>
        <caption class="visually-hidden">Variants and their stock</caption>
        <thead><tr><th scope="col">SKU</th><th scope="col">Price</th><th scope="col">In stock</th></tr></thead>
        <tbody>${variants.map((variant) => html`<${Row} key=${variant.sku} variant=${variant} />`)}</tbody>
      </table>
    </div>
  </section>`;
