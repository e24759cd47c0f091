/** Another address for the account: it counts once the link in the mail to it was opened. */
import { changeEmail } from "../../api/account.js";
import { Field } from "../../parts/field.js";
import { AccountName, SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { Notice } from "../../parts/notice.js";
import { html, useState } from "../../view.js";
import { WRONG_PASSWORD } from "./words.js";

const NOTHING = { email: "", password: "" };

export function EmailForm({ user }) {
  const [values, setValues] = useState(NOTHING);
  const [sentTo, setSentTo] = useState(null);
  const sending = useSending(async () => {
    setSentTo(null);
    await changeEmail(values.email.trim(), values.password);
    setSentTo(values.email.trim());
    setValues(NOTHING);
  });
  return html`
    <section class="panel" aria-labelledby="email-title">
      <h2 id="email-title">E-mail address</h2>
      <p>Now: <strong class="long">${user.email}</strong></p>
      ${sentTo && html`
        <${Notice} kind="good" title="Please look into your mail">
          <p>We have written to <strong>${sentTo}</strong>. Once you open the link in that mail, it is your new address.
            The link works for a day.</p>
        <//>`}
      <form class="stack" onSubmit=${sending.send}>
        <${AccountName} email=${user.email} />
        <${SendingProblem} sending=${sending} places=${["new_email", "password"]} messages=${WRONG_PASSWORD} />
        <${Field} label="New e-mail address" name="new_email" type="email" autocomplete="email" maxlength="254" value=${values.email}
          error=${sending.errors.new_email} onValue=${(email) => setValues({ ...values, email })} />
        <${Field} label="Your password" name="password" type="password" autocomplete="current-password" value=${values.password}
          error=${sending.errors.password} onValue=${(password) => setValues({ ...values, password })} />
        <p><${SendButton} sending=${sending}>Change the address<//></p>
      </form>
    </section>`;
}
