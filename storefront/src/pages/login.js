/** Logging in; where to go afterwards is in `?then=`. */
import { messageOf } from "../api/messages.js";
import { logIn, resendConfirmation } from "../api/users.js";
import { Field } from "../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../parts/form.js";
import { toast } from "../parts/toast.js";
import { navigate } from "../router.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

/** An address of this shop only; "//elsewhere" is not one. */
const safe = (address) => (/^\/(?![/\\])/.test(address ?? "") ? address : "/");

function Resend({ email }) {
  const resend = () => resendConfirmation(email)
    .then(() => toast("We have sent you another mail."), (failed) => toast(messageOf(failed)));
  return html`<button type="button" class="button button-quiet" onClick=${resend}>Send the mail again</button>`;
}

export function LoginForm({ onDone }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const sending = useSending(async () => onDone(await logIn(email.trim(), password)));
  const change = (text) => {
    setEmail(text);
    if (sending.wait) sending.forget(); // another account may not have to wait
  };
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${["email", "password"]}>
        ${sending.problem?.code === "email_unverified" && html`<${Resend} email=${email.trim()} />`}
        ${sending.problem?.status === 429 && html`<p>Not sure about the password? <a href="/forgot-password">Set a new one</a>.</p>`}
      <//>
      <${Field} label="E-mail address" name="email" type="email" autocomplete="username" value=${email}
        error=${sending.errors.email} onValue=${change} />
      <${Field} label="Password" name="password" type="password" autocomplete="current-password" value=${password}
        error=${sending.errors.password} onValue=${setPassword} />
      <${SendButton} sending=${sending} kind="button-large">Log in<//>
      <p><a href="/forgot-password">Forgotten your password?</a></p>
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
