/** Discounts: the list, a new one, and one of them. */
import { deleteDiscount, findDiscount, listDiscounts } from "../../../api/discounts.js";
import { LoadMore } from "../../../parts/load-more.js";
import { Loaded, Notice } from "../../../parts/notice.js";
import { Sure } from "../../../parts/sure.js";
import { toast } from "../../../parts/toast.js";
import { useResource } from "../../../resource.js";
import { navigate } from "../../../router.js";
import { html, useState } from "../../../view.js";
import { MissingPage } from "../../missing.js";
import { Panel } from "../panel.js";
import { DiscountForm } from "./form.js";
import { spanText, stateOf, usesText, worthText } from "./words.js";

const address = (code) => `/staff/discounts/${encodeURIComponent(code)}`;

function State({ discount }) {
  const [text, kind] = stateOf(discount);
  return html`<span class="tag tag-${kind}">${text}</span>`;
}

const Row = ({ discount }) => html`
  <tr>
    <th scope="row"><a class="long" href=${address(discount.code)}>${discount.code}</a></th>
    <td>${worthText(discount)}</td><td><${State} discount=${discount} /></td><td>${spanText(discount)}</td><td>${usesText(discount)}</td>
  </tr>`;

const Table = ({ page }) => html`
  <div class="table-frame">
    <table class="wide-table">
      <caption class="visually-hidden">Discounts</caption>
      <thead><tr><th scope="col">Code</th><th scope="col">Worth</th><th scope="col">Now</th><th scope="col">Holds</th><th scope="col">Used</th></tr></thead>
      <tbody>${page.items.map((discount) => html`<${Row} key=${discount.code} discount=${discount} />`)}</tbody>
    </table>
  </div>`;

export function DiscountTable() {
  const discounts = useResource("discounts", () => listDiscounts());
  return html`
    <div class="section-head"><h1>Discounts</h1><a class="button" href="/staff/discounts/new">New discount</a></div>
    <${Loaded} resource=${discounts}>
      ${(page) => (page.items.length
        ? html`<${Table} page=${page} /><${LoadMore} page=${page} read=${listDiscounts} onMore=${discounts.replace} />`
        : html`<${Notice}><p>There are none yet.</p><//>`)}
    <//>`;
}

const New = () => html`
  <h1>New discount</h1>
  <${DiscountForm} onSaved=${({ code }) => navigate(address(code), { replace: true })} />`;

function Remove({ discount }) {
  const remove = async () => {
    await deleteDiscount(discount);
    toast(`${discount.code} is gone.`);
    navigate("/staff/discounts", { replace: true });
  };
  return html`
    <${Sure} text="Remove this discount" question="Remove it? Nobody can use the code any more. Orders that were made with it stay as they are."
      yes="Remove it" no="Keep it" work=${remove} />`;
}

function One({ code }) {
  const [turn, setTurn] = useState(0);
  const discount = useResource(code, () => findDiscount(code));
  const reload = async () => {
    await discount.reload();
    setTurn(turn + 1);
  };
  if (discount.problem?.status === 404) return html`<${MissingPage} />`;
  return html`
    <h1 class="long">${code}</h1>
    <${Loaded} resource=${discount}>
      ${(found) => html`
        <p><${State} discount=${found} /> ${worthText(found)}, ${spanText(found)}. Used: ${usesText(found)}.</p>
        <${Panel} id="change" title="Change it">
          <${DiscountForm} key=${turn} discount=${found} onSaved=${discount.replace} onReload=${reload} />
        <//>
        <${Remove} discount=${found} />`}
    <//>`;
}

export const DiscountPage = ({ code }) => html`
  <nav class="crumbs" aria-label="You are here"><a href="/staff/discounts">Discounts</a></nav>
  ${code === "new" ? html`<${New} />` : html`<${One} code=${code} />`}`;
