/** Making an account. The answer never tells whether the address had one already; the mail does. */
import { messageOf } from "../api/messages.js";
import { register } from "../api/users.js";
import { Field, focusFirstError } from "../parts/field.js";
import { Notice } from "../parts/notice.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

const Sent = ({ email }) => html`
  <${Notice} kind="good" title="Please look into your mail">
    <p>We have written to <strong>${email}</strong>. Open the link in that mail, then <a href="/login">log in</a>.</p>
  <//>`;

function RegisterForm({ onDone }) {
  const [values, setValues] = useState({ name: "", email: "", password: "" });
  const [state, setState] = useState({ busy: false, problem: null });
  const submit = async (event) => {
    event.preventDefault();
    setState({ busy: true, problem: null });
    try {
      await register({ ...values, email: values.email.trim() });
      onDone(values.email.trim());
    } catch (problem) {
      setState({ busy: false, problem });
      focusFirstError();
    }
  };
  const set = (name) => (text) => setValues({ ...values, [name]: text });
  const fields = state.problem?.fields ?? {};
  return html`
    <form class="stack" onSubmit=${submit}>
      ${state.problem && html`<${Notice} kind="problem"><p>${messageOf(state.problem)}</p><//>`}
      <${Field} label="Name" name="name" autocomplete="name" value=${values.name} error=${fields.name} onValue=${set("name")} />
      <${Field} label="E-mail address" name="email" type="email" autocomplete="email" value=${values.email}
        error=${fields.email} onValue=${set("email")} />
      <${Field} label="Password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="256"
        value=${values.password} hint="At least 12 characters. A few words of your own are best."
        error=${fields.password ?? (state.problem?.code === "password_common" ? messageOf(state.problem) : null)}
        onValue=${set("password")} />
      <button class="button button-large" disabled=${state.busy}>${state.busy ? "One moment…" : "Make an account"}</button>
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
