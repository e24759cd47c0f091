/**
 * Where the links in the mails about new accounts and new addresses lead. The button, not the visit, confirms: mail
 * scanners open links too.
 */
import { isAccount, session } from "../api/session.js";
import { confirmEmail } from "../api/users.js";
import { SendButton, SendingProblem, useSending } from "../parts/form.js";
import { Notice } from "../parts/notice.js";
import { useStore } from "../store.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

function Done() {
  const user = useStore(session)?.user;
  return html`
    <${Notice} kind="good" title="Your address is confirmed">
      <p>${isAccount(user)
        ? html`Back to <a href="/account">your account</a>.`
        : html`You can <a href="/login">log in</a> now.`}</p>
    <//>`;
}

function Confirm({ token }) {
  const [done, setDone] = useState(false);
  const sending = useSending(async () => {
    await confirmEmail(token);
    setDone(true);
  });
  if (done) return html`<${Done} />`;
  return html`
    <${SendingProblem} sending=${sending} />
    <p>One press and the address is yours.</p>
    <p><${SendButton} sending=${sending} kind="button-large" type="button" onClick=${sending.send}>Confirm my address<//></p>`;
}

export function ConfirmEmailPage({ secret }) {
  useTitle("Confirm your address");
  const [token] = useState(secret);
  return html`
    <div class="narrow">
      <h1>Confirm your address</h1>
      ${token
        ? html`<${Confirm} token=${token} />`
        : html`<${Notice} kind="problem"><p>This link is not complete. Please open it from the mail again.</p><//>`}
    </div>`;
}
