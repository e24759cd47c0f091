/** Webhook endpoints, for admins: the list, a new one, and one of them with its deliveries. */
import { deleteEndpoint, findEndpoint, listEndpoints } from "../../../api/webhooks.js";
import { LoadMore } from "../../../parts/load-more.js";
import { Loaded, Notice } from "../../../parts/notice.js";
import { Sure } from "../../../parts/sure.js";
import { toast } from "../../../parts/toast.js";
import { useResource } from "../../../resource.js";
import { navigate } from "../../../router.js";
import { html, useState } from "../../../view.js";
import { MissingPage } from "../../missing.js";
import { Panel } from "../panel.js";
import { Deliveries } from "./deliveries.js";
import { EndpointForm } from "./form.js";
import { Rotation, Secret } from "./secret.js";
import { eventsText } from "./words.js";

const address = ({ id }) => `/staff/webhooks/${id}`;

const State = ({ endpoint }) => html`
  <span class="tag ${endpoint.active ? "tag-confirmed" : ""}">${endpoint.active ? "On" : "Off"}</span>`;

const Row = ({ endpoint }) => html`
  <li>
    <a class="order-row endpoint-row" href=${address(endpoint)}>
      <span><strong class="long">${endpoint.url}</strong>${endpoint.description && html`<br /><span class="muted small long">${endpoint.description}</span>`}</span>
      <span class="muted">${eventsText(endpoint.events)}</span>
      <${State} endpoint=${endpoint} />
    </a>
  </li>`;

export function EndpointList() {
  const endpoints = useResource("endpoints", () => listEndpoints());
  return html`
    <div class="section-head"><h1>Webhooks</h1><a class="button" href="/staff/webhooks/new">New endpoint</a></div>
    <p class="muted">Other systems that the shop tells what becomes of orders.</p>
    <${Loaded} resource=${endpoints}>
      ${(page) => (page.items.length ? html`
        <ul class="orders" role="list" aria-label="Endpoints">${page.items.map((one) => html`<${Row} key=${one.id} endpoint=${one} />`)}</ul>
        <${LoadMore} page=${page} read=${listEndpoints} onMore=${endpoints.replace} />`
        : html`<${Notice}><p>There are none yet.</p><//>`)}
    <//>`;
}

function New() {
  const [made, setMade] = useState(null);
  if (made) {
    return html`
      <h1 class="long">${made.url}</h1>
      <${Secret} secret=${made.secret} />
      <div class="actions"><a class="button" href=${address(made)}>I have kept it</a></div>`;
  }
  return html`<h1>New endpoint</h1><${Panel} id="new" title="Where to, and what of"><${EndpointForm} onSaved=${setMade} /><//>`;
}

function Remove({ endpoint }) {
  const remove = async () => {
    await deleteEndpoint(endpoint);
    toast("The endpoint is gone.");
    navigate("/staff/webhooks", { replace: true });
  };
  return html`
    <${Sure} text="Remove this endpoint" question="Remove it? It is told nothing any more, also not what still waits." yes="Remove it"
      no="Keep it" work=${remove} />`;
}

function One({ id }) {
  const [turn, setTurn] = useState(0);
  const endpoint = useResource(id, () => findEndpoint(id));
  const reload = async () => {
    await endpoint.reload();
    setTurn(turn + 1);
  };
  if (endpoint.problem?.status === 404) return html`<${MissingPage} />`;
  return html`
    <${Loaded} resource=${endpoint}>
      ${(found) => html`
        <h1 class="long">${found.url}</h1>
        <p><${State} endpoint=${found} /> ${eventsText(found.events)}. ${found.description}</p>
        <${Deliveries} endpoint=${found} />
        <${Panel} id="change" title="Change it">
          <${EndpointForm} key=${turn} endpoint=${found} onSaved=${endpoint.replace} onReload=${reload} />
        <//>
        <${Panel} id="secret" title="Secret"><${Rotation} endpoint=${found} onChanged=${endpoint.replace} /><//>
        <${Remove} endpoint=${found} />`}
    <//>`;
}

export const EndpointPage = ({ id }) => html`
  <nav class="crumbs" aria-label="You are here"><a href="/staff/webhooks">Webhooks</a></nav>
  ${id === "new" ? html`<${New} />` : html`<${One} id=${id} />`}`;
