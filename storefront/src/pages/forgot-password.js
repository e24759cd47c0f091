/** Asking for the mail that lets one set a new password. Whether there is an account, only its owner learns. */
import { requestReset } from "../api/users.js";
import { Field } from "../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../parts/form.js";
import { Notice } from "../parts/notice.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

const Sent = ({ email, onAgain }) => html`
  <${Notice} kind="good" title="Please look into your mail">
    <p>If <strong>${email}</strong> has an account here, a mail with a link is on its way. The link works for one hour.</p>
    <p>Nothing there after a few minutes? Look among the unwanted mail, or
      ${" "}<button type="button" class="link" onClick=${onAgain}>try another address</button>.</p>
  <//>`;

function AskForm({ onDone }) {
  const [email, setEmail] = useState("");
  const sending = useSending(async () => {
    await requestReset(email.trim());
    onDone(email.trim());
  });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <p>Tell us the address of your account. We send you a link with which you can set a new password.</p>
      <${SendingProblem} sending=${sending} places=${["email"]} />
      <${Field} label="E-mail address" name="email" type="email" autocomplete="username" value=${email}
        error=${sending.errors.email} onValue=${setEmail} />
      <${SendButton} sending=${sending} kind="button-large">Send me the link<//>
    </form>`;
}

export function ForgotPasswordPage() {
  useTitle("Forgotten password");
  const [sentTo, setSentTo] = useState(null);
  return html`
    <div class="narrow">
      <h1>Forgotten your password?</h1>
      ${sentTo ? html`<${Sent} email=${sentTo} onAgain=${() => setSentTo(null)} />` : html`<${AskForm} onDone=${setSentTo} />`}
      <p class="muted">Remembered it? <a href="/login">Log in</a>.</p>
    </div>`;
}
