/** Making an account. The answer never tells whether the address had one already; the mail does. */
import { register } from "../api/users.js";
import { Field } from "../parts/field.js";
import { NewPassword, SendButton, SendingProblem, useSending } from "../parts/form.js";
import { Notice } from "../parts/notice.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

const Sent = ({ email }) => html`
  <${Notice} kind="good" title="Please look into your mail">
    <p>We have written to <strong>${email}</strong>. Open the link in that mail, then <a href="/login">log in</a>.</p>
  <//>`;

function RegisterForm({ onDone }) {
  const [values, setValues] = useState({ name: "", email: "", password: "" });
  const email = values.email.trim();
  const sending = useSending(async () => {
    await register({ ...values, email });
    onDone(email);
  });
  const set = (name) => (text) => setValues({ ...values, [name]: text });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${Object.keys(values)} />
      <${Field} label="Name" name="name" autocomplete="name" value=${values.name} error=${sending.errors.name} onValue=${set("name")} />
      <${Field} label="E-mail address" name="email" type="email" autocomplete="email" value=${values.email}
        error=${sending.errors.email} onValue=${set("email")} />
      <${NewPassword} sending=${sending} value=${values.password} onValue=${set("password")} />
      <${SendButton} sending=${sending} kind="button-large">Make an account<//>
    </form>`;
}

export function RegisterPage() {
  useTitle("Make an account");
  const [sentTo, setSentTo] = useState(null);
  return html`
    <div class="narrow">
      <h1>Make an account</h1>
      ${sentTo ? html`<${Sent} email=${sentTo} />` : html`<${RegisterForm} onDone=${setSentTo} />`}
      <p class="muted">Have one already? <a href="/login">Log in</a>.</p>
    </div>`;
}
