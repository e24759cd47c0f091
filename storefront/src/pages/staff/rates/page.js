/** How orders are sent, and what tax they bear. */
import { session } from "../../../api/session.js";
import { useStore } from "../../../store.js";
import { html } from "../../../view.js";
import { Methods } from "./methods.js";
import { Taxes } from "./taxes.js";

export function Rates() {
  const admin = useStore(session)?.user?.role === "admin";
  return html`
    <h1>Shipping and tax</h1>
    ${!admin && html`<p class="muted">Only admins change these.</p>`}
    <${Methods} admin=${admin} />
    <${Taxes} admin=${admin} />`;
}
