/** How many of each variant there are. */
import { readStock, setStock } from "../../api/catalog.js";
import { messageOf } from "../../api/messages.js";
import { formatMoney } from "../../money.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { html, useEffect, useState } from "../../view.js";
import { optionsText } from "../cart.js";

function Count({ sku, stock, onStock }) {
  const [text, setText] = useState(String(stock.on_hand));
  const [problem, setProblem] = useState(null);
  useEffect(() => setText(String(stock.on_hand)), [stock.on_hand]);
  const save = async (event) => {
    event.preventDefault();
    setProblem(null);
    try {
      onStock(await setStock(sku, Number(text)));
      toast("Stock saved.");
    } catch (failed) {
      setProblem(failed);
    }
  };
  return html`
    <form class="joined" onSubmit=${save}>
      <input inputmode="numeric" pattern="[0-9]+" required aria-label="In stock, ${sku}" value=${text}
        onInput=${(event) => setText(event.currentTarget.value)} />
      <button class="button button-quiet">Set</button>
    </form>
    ${stock.held > 0 && html`<p class="muted small">${stock.held} held for orders under way</p>`}
    ${problem && html`<p class="error" role="alert">${messageOf(problem)}</p>`}`;
}

function Row({ variant }) {
  const stock = useResource(variant.sku, () => readStock(variant.sku));
  return html`
    <tr>
      <th scope="row">${variant.sku}<br /><span class="muted small">${optionsText(variant.options)}</span></th>
      <td>${formatMoney(variant.price)}</td>
      <td>
        ${stock.problem && html`<p class="error">${messageOf(stock.problem)}</p>`}
        ${stock.data && html`<${Count} sku=${variant.sku} stock=${stock.data} onStock=${stock.replace} />`}
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
