/** One user: who it is, what an admin may change, and the orders. */
import { changeRole, disable, enable, findUser } from "../../api/people.js";
import { session } from "../../api/session.js";
import { Face } from "../../parts/face.js";
import { Select } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { Sure } from "../../parts/sure.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { useStore } from "../../store.js";
import { momentText } from "../../times.js";
import { html, useEffect, useState } from "../../view.js";
import { MissingPage } from "../missing.js";
import { ROLES, roleText } from "./people-words.js";
import { UserOrders } from "./user-orders.js";
import { StatusTag } from "./users.js";

const Facts = ({ user }) => html`
  <dl class="facts">
    <div><dt>E-mail address</dt><dd class="long">${user.email} ${user.email_verified ? "(confirmed)" : "(not confirmed)"}</dd></div>
    <div><dt>Status</dt><dd><${StatusTag} user=${user} /></dd></div>
    <div><dt>Role</dt><dd>${roleText(user.role)}</dd></div>
    <div><dt>Since</dt><dd>${momentText(user.created_at)}</dd></div>
    <div><dt>Language</dt><dd>${user.locale ?? "–"}</dd></div>
    <div><dt>Mails about products</dt><dd>${user.marketing_consent ? "Yes" : "No"}</dd></div>
    <div><dt>Id</dt><dd class="long">${user.id}</dd></div>
  </dl>`;

function RoleForm({ user, barred, onChanged }) {
  const [role, setRole] = useState(user.role);
  useEffect(() => setRole(user.role), [user.role]);
  const sending = useSending(async () => {
    onChanged(await changeRole(user.id, role));
    toast(`Now ${roleText(role).toLowerCase()}. Running sessions have ended.`);
  });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${["role"]} />
      <${Select} label="Role" name="role" value=${role} choices=${ROLES} disabled=${barred} error=${sending.errors.role} onValue=${setRole}
        hint="Staff look after products and orders. Admins also change roles and disable accounts." />
      <p><button class="button" disabled=${barred || sending.busy || role === user.role}>Change the role</button></p>
    </form>`;
}

function Access({ user, barred, onChanged }) {
  const sending = useSending(async () => {
    onChanged(await enable(user.id));
    toast("The account is enabled.");
  });
  const close = async () => {
    onChanged(await disable(user.id));
    toast("The account is disabled and logged out everywhere.");
  };
  if (!user.disabled) {
    return html`
      <${Sure} text="Disable this account" question="Disable this account? Its sessions end at once." yes="Disable it" no="Leave it"
        disabled=${barred} work=${close} />`;
  }
  return html`
    <${SendingProblem} sending=${sending} />
    <${SendButton} sending=${sending} type="button" onClick=${sending.send} disabled=${barred}>Enable this account<//>`;
}

/** Why the one who looks may not change this account, or null. */
function barrier(user, viewer) {
  if (viewer?.role !== "admin") return "Only admins can change roles and disable accounts.";
  if (user.id === viewer.id) return "This is your own account. Another admin has to change its role or disable it.";
  if (!user.email_verified) return "The owner has not confirmed the address yet, so there is nothing to change.";
  return null;
}

function Controls({ user, onChanged }) {
  const why = barrier(user, useStore(session)?.user);
  return html`
    <section class="panel" aria-labelledby="access">
      <h2 id="access">Role and access</h2>
      ${why && html`<${Notice}><p>${why}</p><//>`}
      <${RoleForm} user=${user} barred=${why !== null} onChanged=${onChanged} />
      <${Access} user=${user} barred=${why !== null} onChanged=${onChanged} />
    </section>`;
}

export function UserPage({ id }) {
  const user = useResource(id, () => findUser(id));
  if (user.problem?.status === 404) return html`<${MissingPage} />`;
  return html`
    <nav class="crumbs" aria-label="You are here"><a href="/staff/users">Users</a></nav>
    <${Loaded} resource=${user}>
      ${(found) => html`
        <div class="person"><${Face} url=${found.avatar_url} name=${found.name} size=${56} /><h1>${found.name}</h1></div>
        <div class="panels">
          <section class="panel" aria-labelledby="facts"><h2 id="facts">Account</h2><${Facts} user=${found} /></section>
          <${Controls} user=${found} onChanged=${user.replace} />
        </div>
        <${UserOrders} id=${found.id} />`}
    <//>`;
}
