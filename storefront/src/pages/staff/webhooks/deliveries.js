/** What an endpoint was told in the last 30 days, newest first, and how that went. */
import { listDeliveries, redeliver } from "../../../api/webhooks.js";
import { SendButton, SendingProblem, useSending } from "../../../parts/form.js";
import { LoadMore } from "../../../parts/load-more.js";
import { Loaded } from "../../../parts/notice.js";
import { toast } from "../../../parts/toast.js";
import { useResource } from "../../../resource.js";
import { momentText } from "../../../times.js";
import { html, useState } from "../../../view.js";
import { deliveryText, errorText, STATUSES } from "./words.js";

function answerText({ response_status, error, attempts, next_attempt_at }) {
  const tried = attempts > 1 ? `${attempts} times tried` : null;
  const next = next_attempt_at ? `next ${momentText(next_attempt_at)}` : null;
  return [response_status ?? errorText(error), tried, next].filter(Boolean).join(", ") || "–";
}

function Row({ delivery, endpoint, onSent }) {
  const sending = useSending(async () => {
    await redeliver(endpoint.id, delivery.id);
    toast("It is sent again within a minute.");
    await onSent();
  });
  return html`
    <tr>
      <th scope="row">${delivery.type}</th>
      <td>${momentText(delivery.created_at)}</td>
      <td><span class="tag tag-${delivery.status}">${deliveryText(delivery.status)}</span></td>
      <td>${answerText(delivery)}</td>
      <td>
        <${SendButton} sending=${sending} kind="button-quiet" type="button" onClick=${sending.send}
          aria-label="Send again: ${delivery.type}, ${momentText(delivery.created_at)}">Send again<//>
        <${SendingProblem} sending=${sending} />
      </td>
    </tr>`;
}

const Table = ({ page, endpoint, onSent }) => html`
  <div class="table-frame">
    <table class="wide-table">
      <caption class="visually-hidden">Deliveries, newest first</caption>
      <thead><tr><th scope="col">Event</th><th scope="col">When</th><th scope="col">State</th><th scope="col">Answer</th>
        <th scope="col"><span class="visually-hidden">Send again</span></th></tr></thead>
      <tbody>${page.items.map((delivery) => html`<${Row} key=${delivery.id} delivery=${delivery} endpoint=${endpoint} onSent=${onSent} />`)}</tbody>
    </table>
  </div>`;

export function Deliveries({ endpoint }) {
  const [status, setStatus] = useState("");
  const read = (cursor) => listDeliveries(endpoint.id, { status, cursor });
  const deliveries = useResource(`${endpoint.id} ${status}`, () => read());
  return html`
    <section aria-labelledby="deliveries">
      <div class="section-head">
        <h2 id="deliveries">Deliveries</h2>
        <div class="actions">
          <label class="sort">Show
            <select value=${status} onChange=${(event) => setStatus(event.currentTarget.value)}>
              ${STATUSES.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
            </select>
          </label>
          <button type="button" class="link" onClick=${deliveries.reload}>Look again</button>
        </div>
      </div>
      <${Loaded} resource=${deliveries}>
        ${(page) => (page.items.length ? html`
          <${Table} page=${page} endpoint=${endpoint} onSent=${deliveries.reload} />
          <${LoadMore} page=${page} read=${read} onMore=${deliveries.replace} />`
          : html`<p class="muted">There are none.</p>`)}
      <//>
    </section>`;
}
