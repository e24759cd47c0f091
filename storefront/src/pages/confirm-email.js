/** Where the link in the mail leads. The button, not the visit, confirms: mail scanners open links too. */
import { messageOf } from "../api/messages.js";
import { confirmEmail } from "../api/users.js";
import { Notice } from "../parts/notice.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

function Confirm({ token }) {
  const [state, setState] = useState({ busy: false, done: false, problem: null });
  const confirm = async () => {
    setState({ busy: true, done: false, problem: null });
    try {
      await confirmEmail(token);
      setState({ busy: false, done: true, problem: null });
    } catch (problem) {
      setState({ busy: false, done: false, problem });
    }
  };
  if (state.done) {
    return html`<${Notice} kind="good" title="Your address is confirmed"><p>You can <a href="/login">log in</a> now.</p><//>`;
  }
  return html`
    ${state.problem && html`<${Notice} kind="problem"><p>${messageOf(state.problem)}</p><//>`}
    <p>One press and your account is ready.</p>
    <p><button type="button" class="button button-large" disabled=${state.busy} onClick=${confirm}>
      ${state.busy ? "One moment…" : "Confirm my address"}</button></p>`;
}

export function ConfirmEmailPage({ query }) {
  useTitle("Confirm your address");
  const token = query.get("token");
  return html`
    <div class="narrow">
      <h1>Confirm your e-mail address</h1>
      ${token
        ? html`<${Confirm} token=${token} />`
        : html`<${Notice} kind="problem"><p>This link is not complete. Please open it from the mail again.</p><//>`}
    </div>`;
}
