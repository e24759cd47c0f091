/** The own account, in four pages under one heading. */
import { listSessions, readProfile } from "../../api/account.js";
import { isAccount } from "../../api/session.js";
import { LogOut } from "../../parts/log-out.js";
import { Loaded } from "../../parts/notice.js";
import { useResource } from "../../resource.js";
import { html } from "../../view.js";
import { Gate } from "../gate.js";
import { useTitle } from "../title.js";
import { AddressBook } from "./addresses.js";
import { Avatar } from "./avatar.js";
import { Download } from "./download.js";
import { AccountTabs } from "./tabs.js";
import { EmailForm } from "./email.js";
import { Erase } from "./erase.js";
import { PasswordForm } from "./password.js";
import { ProfileForm } from "./profile.js";
import { Sessions } from "./sessions.js";

const TITLE = "Your account";
function Frame({ children }) {
  useTitle(TITLE);
  return html`
    <${Gate} title=${TITLE} allows=${isAccount}>
      <div class="section-head">
        <h1>${TITLE}</h1>
        <${LogOut} kind="narrow-only" />
      </div>
      <${AccountTabs} />
      ${children}
    <//>`;
}

/** `children(user, onChanged, onReload)` */
function WithProfile({ children }) {
  const profile = useResource("me", readProfile);
  return html`<${Loaded} resource=${profile}>${(user) => children(user, profile.replace, profile.reload)}<//>`;
}

export const AccountPage = () => html`
  <${Frame}>
    <${WithProfile}>
      ${(user, onChanged, onReload) => html`
        <div class="panels">
          <${ProfileForm} user=${user} onChanged=${onChanged} onReload=${onReload} />
          <${Avatar} user=${user} onChanged=${onChanged} />
        </div>`}
    <//>
  <//>`;

export const AddressesPage = () => html`<${Frame}><${AddressBook} /><//>`;

function Security() {
  const sessions = useResource("sessions", listSessions);
  return html`
    <${WithProfile}>
      ${(user) => html`
        <div class="panels">
          <${PasswordForm} user=${user} onChanged=${sessions.reload} />
          <${EmailForm} user=${user} />
        </div>`}
    <//>
    <${Sessions} sessions=${sessions} />`;
}

export const SecurityPage = () => html`<${Frame}><${Security} /><//>`;

export const DataPage = () => html`
  <${Frame}>
    <div class="panels"><${Download} /><${WithProfile}>${(user) => html`<${Erase} user=${user} />`}<//></div>
  <//>`;

export { GoodbyePage } from "./erase.js";
