/** Orders by one filter, newest first: what is paid and waits to be sent comes up first. The filter is in the address. */
import { ordersBy } from "../../api/people.js";
import { DayField } from "../../parts/day-field.js";
import { Field, Select } from "../../parts/field.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { OrderList } from "../../parts/order-list.js";
import { statusText, STATUSES } from "../../parts/order-words.js";
import { useResource } from "../../resource.js";
import { navigate } from "../../router.js";
import { html, useState } from "../../view.js";

const FILTERS = ["status", "email", "customer_id", "day"];

/** {name: value} of the one that is asked for. */
function filterIn(query) {
  const name = FILTERS.find((one) => query.get(one)) ?? "status";
  return { [name]: query.get(name) ?? "confirmed" };
}

const show = (filter) => navigate(`/staff/orders?${new URLSearchParams(filter)}`, { replace: true });

/** Whoever it is looks like an address or like an id. */
const buyer = (text) => (text.includes("@") || !/^[a-z]+_/.test(text) ? { email: text } : { customer_id: text });

function BuyerSearch({ filter, error }) {
  const asked = filter.email ?? filter.customer_id ?? "";
  const [text, setText] = useState(asked);
  const search = (event) => {
    event.preventDefault();
    if (text.trim()) show(buyer(text.trim()));
  };
  return html`
    <form class="search" role="search" aria-label="Orders" noValidate onSubmit=${search}>
      <${Field} label="E-mail address or customer’s id" name="buyer" autocomplete="off" spellcheck="false" maxlength="254" value=${text}
        error=${error} onValue=${setText} required=${false} />
      <button class="button">Find</button>
      ${asked && html`
        <button type="button" class="button button-quiet" onClick=${() => { setText(""); show({ status: "confirmed" }); }}>Show all</button>`}
    </form>`;
}

const STATUS_CHOICES = STATUSES.map((status) => [status, statusText(status)]);

/** One filter at a time: choosing one takes the others away. */
const Narrow = ({ filter, error }) => html`
  <div class="filter-row">
    <${Select} label="Status" name="status" value=${filter.status ?? ""} onValue=${(status) => status && show({ status })}
      choices=${filter.status ? STATUS_CHOICES : [["", "Any"], ...STATUS_CHOICES]} />
    <${DayField} label="Placed on" name="day" hint="A day of UTC." value=${filter.day ?? ""} error=${error}
      onValue=${(day) => show(day ? { day } : { status: "confirmed" })} />
  </div>`;

export function OrderTable({ query }) {
  const filter = filterIn(query);
  const orders = useResource(JSON.stringify(filter), () => ordersBy(filter));
  const errors = orders.problem?.fields ?? {};
  const wrong = FILTERS.some((name) => errors[name]);
  return html`
    <h1>Orders</h1>
    <${Narrow} filter=${filter} error=${errors.day} />
    <${BuyerSearch} key=${filter.email ?? filter.customer_id} filter=${filter} error=${errors.email ?? errors.customer_id} />
    ${!wrong && html`
      <${Loaded} resource=${orders}>
        ${(page) => page.items.length
          ? html`<${OrderList} page=${page} read=${(cursor) => ordersBy(filter, cursor)} onMore=${orders.replace} base="/staff/orders" />`
          : html`<${Notice}><p>There are none.</p><//>`}
      <//>`}`;
}
