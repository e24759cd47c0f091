/** Logging in; where to go afterwards is in `?then=`. */
import { messageOf } from "../api/messages.js";
import { logIn, resendConfirmation } from "../api/users.js";
import { Field } from "../parts/field.js";
import { Notice } from "../parts/notice.js";
import { toast } from "../parts/toast.js";
import { navigate } from "../router.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

/** An address of this shop only; "//elsewhere" is not one. */
const safe = (address) => (/^\/(?![/\\])/.test(address ?? "") ? address : "/");

function Trouble({ problem, email }) {
  const resend = () => resendConfirmation(email)
    .then(() => toast("We have sent you another mail."), (failed) => toast(messageOf(failed)));
  return html`
    <${Notice} kind="problem">
      <p>${messageOf(problem)}</p>
      ${problem.code === "email_unverified" && html`
        <button type="button" class="button button-quiet" onClick=${resend}>Send the mail again</button>`}
    <//>`;
}

export function LoginForm({ onDone }) {
  const [values, setValues] = useState({ email: "", password: "" });
  const [state, setState] = useState({ busy: false, problem: null });
  const submit = async (event) => {
    event.preventDefault();
    setState({ busy: true, problem: null });
    try {
      onDone(await logIn(values.email.trim(), values.password));
    } catch (problem) {
      setState({ busy: false, problem });
    }
  };
  const set = (name) => (text) => setValues({ ...values, [name]: text });
  const fields = state.problem?.fields ?? {};
  return html`
    <form class="stack" onSubmit=${submit}>
      ${state.problem && html`<${Trouble} problem=${state.problem} email=${values.email.trim()} />`}
      <${Field} label="E-mail address" name="email" type="email" autocomplete="username" value=${values.email}
        error=${fields.email} onValue=${set("email")} />
      <${Field} label="Password" name="password" type="password" autocomplete="current-password" value=${values.password}
        error=${fields.password} onValue=${set("password")} />
      <button class="button button-large" disabled=${state.busy}>${state.busy ? "One moment…" : "Log in"}</button>
    </form>`;
}

export function LoginPage({ query }) {
  useTitle("Log in");
  return html`
    <div class="narrow">
      <h1>Log in</h1>
      <${LoginForm} onDone=${() => navigate(safe(query.get("then")), { replace: true })} />
      <p class="muted">New here? <a href="/register">Make an account</a>. None is needed to buy.</p>
    </div>`;
}
