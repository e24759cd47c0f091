/** Deleting the account, and the page on which its owner ends up. */
import { eraseAccount } from "../../api/account.js";
import { loadCart } from "../../api/cart.js";
import { Field } from "../../parts/field.js";
import { AccountName, SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { navigate } from "../../router.js";
import { html, useState } from "../../view.js";
import { useTitle } from "../title.js";
import { WRONG_PASSWORD } from "./words.js";

const Consequences = () => html`
  <p><strong>This cannot be undone.</strong></p>
  <ul>
    <li>Orders that are not yet shipped are cancelled and refunded.</li>
    <li>Your profile, picture, addresses and cart are deleted, and you are logged out everywhere.</li>
    <li>Of other orders we keep what the law wants for our books, without your name and address. You will not see them any more.</li>
  </ul>`;

export function Erase({ user }) {
  const [password, setPassword] = useState("");
  const [sure, setSure] = useState(false);
  const sending = useSending(async () => {
    await eraseAccount(password);
    loadCart().catch(() => null);
    navigate("/goodbye", { replace: true });
  });
  return html`
    <section class="panel panel-danger" aria-labelledby="erase">
      <h2 id="erase">Delete your account</h2>
      <${Consequences} />
      <form class="stack" onSubmit=${sending.send}>
        <${AccountName} email=${user.email} />
        <${SendingProblem} sending=${sending} places=${["password"]} messages=${WRONG_PASSWORD} />
        <${Field} label="Your password" name="password" type="password" autocomplete="current-password" value=${password}
          error=${sending.errors.password} onValue=${setPassword} />
        <label class="check">
          <input type="checkbox" required checked=${sure} onChange=${(event) => setSure(event.currentTarget.checked)} />
          <span>I understand, delete my account</span>
        </label>
        <p><${SendButton} sending=${sending} kind="button-danger">Delete my account<//></p>
      </form>
    </section>`;
}

export function GoodbyePage() {
  useTitle("Goodbye");
  return html`
    <div class="narrow centred">
      <h1>Your account is deleted</h1>
      <p class="muted">We have sent you a last mail that says so. Thank you for having been here.</p>
      <p><a class="button" href="/">To the shop</a></p>
    </div>`;
}
