/** Where the account is logged in. */
import { endAllSessions, endOtherSessions, endSession, listSessions } from "../../api/account.js";
import { loadCart } from "../../api/cart.js";
import { Loaded } from "../../parts/notice.js";
import { Sure } from "../../parts/sure.js";
import { toast } from "../../parts/toast.js";
import { momentText } from "../../times.js";
import { html } from "../../view.js";
import { deviceText } from "./device.js";

function Entry({ session, onChanged }) {
  const device = deviceText(session.device);
  const end = async () => {
    await endSession(session.id);
    toast(`${device} is logged out.`);
    await onChanged();
  };
  return html`
    <li class="panel entry">
      <p><strong>${device}</strong> ${session.current && html`<span class="tag tag-confirmed">This device</span>`}</p>
      <p class="muted small">Logged in ${momentText(session.created_at)}<br />Last seen ${momentText(session.last_used_at)}</p>
      ${!session.current && html`
        <${Sure} quiet text="Log out" label="Log out ${device}, logged in ${momentText(session.created_at)}"
          question="Log this device out?" yes="Log it out" no="Keep it" work=${end} />`}
    </li>`;
}

async function endAll() {
  await endAllSessions();
  loadCart().catch(() => null);
}

function List({ sessions, onChanged }) {
  const others = sessions.filter(({ current }) => !current);
  const endOthers = async () => {
    await endOtherSessions();
    toast("All other devices are logged out.");
    await onChanged();
  };
  return html`
    <ul class="entries" role="list">
      ${sessions.map((session) => html`<${Entry} key=${session.id} session=${session} onChanged=${onChanged} />`)}
    </ul>
    <div class="actions">
      ${others.length > 0 && html`
        <${Sure} text="Log out all other devices" question="Log out all devices but this one?" yes="Log them out" no="Keep them"
          work=${endOthers} />`}
      <${Sure} text="Log out everywhere" question="Log out all devices, also this one?" yes="Log out everywhere" work=${endAll} />
    </div>`;
}

/** `sessions` is the resource that listSessions fills. */
export const Sessions = ({ sessions }) => html`
  <section aria-labelledby="sessions">
    <h2 id="sessions">Where you are logged in</h2>
    <${Loaded} resource=${sessions}>${(found) => html`<${List} sessions=${found} onChanged=${sessions.reload} />`}<//>
  </section>`;
