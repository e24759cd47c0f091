/** Pages that need an account: who has none here logs in first. The shop itself decides what a role may do. */
import { isAccount, session } from "../api/session.js";
import { Notice } from "../parts/notice.js";
import { useStore } from "../store.js";
import { html } from "../view.js";
import { LoginForm } from "./login.js";

const nothing = () => null;

/** `allows` judges the user. The page is drawn anew when another one logs in. */
export function Gate({ title, allows, children }) {
  const user = useStore(session)?.user;
  if (allows(user)) return html`<${Inside} key=${user.id}>${children}<//>`;
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      ${isAccount(user) && html`<${Notice} kind="problem"><p>Your account may not do this.</p><//>`}
      <${LoginForm} onDone=${nothing} />
    </div>`;
}

const Inside = ({ children }) => children;
