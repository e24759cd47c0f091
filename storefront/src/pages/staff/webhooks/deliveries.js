/** What an endpoint was told, newest first, and how that went. */
import { listDeliveries, redeliver } from "../../../api/webhooks.js";
import { messageOf } from "../../../api/messages.js";
import { LoadMore } from "../../../parts/load-more.js";
import { Loaded } from "../../../parts/notice.js";
import { toast } from "../../../parts/toast.js";
import { useResource } from "../../../resource.js";
import { momentText } from "../../../times.js";
import { html } from "../../../view.js";
import { deliveryText } from "./words.js";

function answerText({ response_status, error, attempts, next_attempt_at, status }) {
  const last = response_status ?? error;
  const tried = attempts > 1 ? `${attempts} times tried` : null;
  const next = status === "pending" && next_attempt_at ? `next ${momentText(next_attempt_at)}` : null;
  return [last, tried, next].filter(Boolean).join(", ") || "–";
}

function Row({ delivery, endpoint, onSent }) {
  const again = () => redeliver(endpoint.id, delivery.id).then(() => { toast("It is sent again."); onSent(); }, (problem) => toast(messageOf(problem)));
  return html`
    <tr>
      <th scope="row">${delivery.type}</th>
      <td>${momentText(delivery.created_at)}</td>
      <td><span class="tag tag-${delivery.status}">${deliveryText(delivery.status)}</span></td>
      <td class="long">${answerText(delivery)}</td>
      <td><button type="button" class="link" aria-label="Send again: ${delivery.type}, ${momentText(delivery.created_at)}" onClick=${again}>Send again</button></td>
    </tr>`;
}

const Table = ({ page, endpoint, onSent }) => html`
  <div class="table-frame">
    <table>
      <caption class="visually-hidden">Deliveries, newest first</caption>
      <thead><tr><th scope="col">Event</th><th scope="col">When</th><th scope="col">State</th><th scope="col">Answer</th>
        <th scope="col"><span class="visually-hidden">Send again</span></th></tr></thead>
      <tbody>${page.items.map((delivery) => html`<${Row} key=${delivery.id} delivery=${delivery} endpoint=${endpoint} onSent=${onSent} />`)}</tbody>
    </table>
  </div>`;

export function Deliveries({ endpoint }) {
  const deliveries = useResource(endpoint.id, () => listDeliveries(endpoint.id));
  return html`
    <section aria-labelledby="deliveries">
      <div class="section-head">
        <h2 id="deliveries">Deliveries</h2>
        <button type="button" class="link" onClick=${deliveries.reload}>Look again</button>
      </div>
      <${Loaded} resource=${deliveries}>
        ${(page) => (page.items.length ? html`
          <${Table} page=${page} endpoint=${endpoint} onSent=${deliveries.reload} />
          <${LoadMore} page=${page} read=${(cursor) => listDeliveries(endpoint.id, cursor)} onMore=${deliveries.replace} />`
          : html`<p class="muted">Nothing was sent yet.</p>`)}
      <//>
    </section>`;
}
