/** Shipping methods: what there is, and for admins a form for each. */
import { deleteShippingMethod, listShippingMethods } from "../../../api/rates.js";
import { countryName } from "../../../countries.js";
import { formatMoney } from "../../../money.js";
import { useFocusBack } from "../../../parts/focus.js";
import { Loaded, Notice } from "../../../parts/notice.js";
import { Sure } from "../../../parts/sure.js";
import { toast } from "../../../parts/toast.js";
import { useResource } from "../../../resource.js";
import { html, useState } from "../../../view.js";
import { weightText } from "../../../weights.js";
import { MethodForm } from "./method-form.js";

const countries = (codes) => (codes.length > 4
  ? html`<details><summary>${codes.length} countries</summary><p>${codes.map(countryName).join(", ")}</p></details>`
  : html`<p>${codes.map(countryName).join(", ")}</p>`);

const Rate = ({ rate }) => html`
  <tr>
    <td>${rate.min_subtotal?.amount ? `from ${formatMoney(rate.min_subtotal)}` : "any"}</td>
    <td>${rate.max_weight_g == null ? "any" : `up to ${weightText(rate.max_weight_g)}`}</td>
    <td>${formatMoney(rate.price)}</td>
  </tr>`;

const Rates = ({ method }) => html`
  <div class="table-frame">
    <table>
      <caption class="visually-hidden">Prices of ${method.name}; the first that fits holds</caption>
      <thead><tr><th scope="col">Subtotal</th><th scope="col">Weight</th><th scope="col">Price</th></tr></thead>
      <tbody>${method.rates.map((rate, index) => html`<${Rate} key=${index} rate=${rate} />`)}</tbody>
    </table>
  </div>`;

function Method({ method, admin, onEdit, onChanged }) {
  const remove = async () => {
    await deleteShippingMethod(method);
    toast(`${method.name} is gone.`);
    await onChanged();
  };
  return html`
    <li class="panel entry">
      <h3>${method.name} <span class="muted small">${method.id}</span></h3>
      ${countries(method.countries)}
      <${Rates} method=${method} />
      ${admin && html`
        <div class="actions">
          <button type="button" class="link" aria-label="Change ${method.name}" onClick=${onEdit}>Change</button>
          <${Sure} quiet text="Remove" label="Remove ${method.name}" question="Remove it? Nothing is sent this way any more." yes="Remove it"
            no="Keep it" work=${remove} />
        </div>`}
    </li>`;
}

function List({ methods, admin, onEdit, onChanged }) {
  if (!methods.length) return html`<${Notice}><p>There is none, so nothing can be ordered.</p><//>`;
  return html`
    <ul class="entries" role="list" aria-label="Shipping methods">${methods.map((method) => html`
      <${Method} key=${method.id} method=${method} admin=${admin} onEdit=${() => onEdit(method)} onChanged=${onChanged} />`)}</ul>`;
}

export function Methods({ admin }) {
  const methods = useResource("methods", () => listShippingMethods());
  const [open, setOpen] = useState(null);
  const button = useFocusBack(open);
  const done = async () => {
    await methods.reload();
    setOpen(null);
  };
  return html`
    <section aria-labelledby="methods">
      <div class="section-head">
        <h2 id="methods">Shipping methods</h2>
        ${admin && !open && html`<button type="button" class="button" ref=${button} onClick=${() => setOpen({ method: null })}>New shipping method</button>`}
      </div>
      ${open && html`<${MethodForm} key=${open.method?.id} method=${open.method} onDone=${done} onCancel=${() => setOpen(null)} />`}
      ${!open && html`
        <${Loaded} resource=${methods}>
          ${(items) => html`<${List} methods=${items} admin=${admin} onEdit=${(method) => setOpen({ method })} onChanged=${methods.reload} />`}
        <//>`}
    </section>`;
}
