/** Orders by status, newest first: what is paid and waits to be sent comes up first. */
import { ordersBy } from "../../api/people.js";
import { Field } from "../../parts/field.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { OrderList } from "../../parts/order-list.js";
import { statusText, STATUSES } from "../../parts/order-words.js";
import { useResource } from "../../resource.js";
import { html, useState } from "../../view.js";

function Search({ email, error, onSearch }) {
  const [text, setText] = useState(email);
  const search = (event) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  return html`
    <form class="search" role="search" aria-label="Orders" noValidate onSubmit=${search}>
      <${Field} label="Orders of an e-mail address" name="email" type="email" autocomplete="off" maxlength="254" value=${text}
        error=${error} onValue=${setText} required=${false} />
      <button class="button">Find</button>
      ${email && html`
        <button type="button" class="button button-quiet" onClick=${() => { setText(""); onSearch(""); }}>Show all</button>`}
    </form>`;
}

export function OrderTable() {
  const [status, setStatus] = useState("confirmed");
  const [email, setEmail] = useState("");
  const filter = email ? { email } : { status };
  const orders = useResource(JSON.stringify(filter), () => ordersBy(filter));
  const error = orders.problem?.fields?.email;
  return html`
    <h1>Orders</h1>
    <${Search} email=${email} error=${error} onSearch=${setEmail} />
    ${!email && html`
      <label class="sort">Show
        <select value=${status} onChange=${(event) => setStatus(event.currentTarget.value)}>
          ${STATUSES.map((value) => html`<option key=${value} value=${value} selected=${value === status}>${statusText(value)}</option>`)}
        </select>
      </label>`}
    ${!error && html`
      <${Loaded} resource=${orders}>
        ${(page) => page.items.length
          ? html`<${OrderList} page=${page} read=${(cursor) => ordersBy(filter, cursor)} onMore=${orders.replace} base="/staff/orders" />`
          : html`<${Notice}><p>There are none.</p><//>`}
      <//>`}`;
}
