/** A new password in place of the current one. */
import { changePassword } from "../../api/account.js";
import { Field } from "../../parts/field.js";
import { AccountName, NewPassword, SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { toast } from "../../parts/toast.js";
import { html, useState } from "../../view.js";
import { WRONG_PASSWORD } from "./words.js";

const NOTHING = { current: "", next: "" };

export function PasswordForm({ user, onChanged }) {
  const [values, setValues] = useState(NOTHING);
  const sending = useSending(async () => {
    await changePassword(values.current, values.next);
    setValues(NOTHING);
    toast("Your password is changed. All other devices are logged out.");
    onChanged();
  });
  return html`
    <section class="panel" aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <form class="stack" onSubmit=${sending.send}>
        <${AccountName} email=${user.email} />
        <${SendingProblem} sending=${sending} places=${["current_password", "new_password"]} messages=${WRONG_PASSWORD} />
        <${Field} label="Current password" name="current_password" type="password" autocomplete="current-password"
          value=${values.current} error=${sending.errors.current_password} onValue=${(current) => setValues({ ...values, current })} />
        <${NewPassword} label="New password" name="new_password" sending=${sending} value=${values.next}
          onValue=${(next) => setValues({ ...values, next })} />
        <p><${SendButton} sending=${sending}>Change the password<//></p>
      </form>
    </section>`;
}
