/** Where the link in the mail leads: a new password, then to the log-in. */
import { resetPassword } from "../api/users.js";
import { NewPassword, SendButton, SendingProblem, useSending } from "../parts/form.js";
import { Notice } from "../parts/notice.js";
import { toast } from "../parts/toast.js";
import { navigate } from "../router.js";
import { html, useState } from "../view.js";
import { useTitle } from "./title.js";

const Another = () => html`<p><a href="/forgot-password">Ask for a new link</a></p>`;

function NewPasswordForm({ token }) {
  const [password, setPassword] = useState("");
  const sending = useSending(async () => {
    await resetPassword(token, password);
    toast("Your new password is set. Log in with it.");
    navigate("/login", { replace: true });
  });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <p>All devices that are logged in to your account will be logged out.</p>
      <${SendingProblem} sending=${sending} places=${["new_password"]}>
        ${sending.problem?.code === "token_invalid" && html`<${Another} />`}
      <//>
      <${NewPassword} label="New password" name="new_password" sending=${sending} value=${password} onValue=${setPassword} />
      <${SendButton} sending=${sending} kind="button-large">Set the new password<//>
    </form>`;
}

export function ResetPasswordPage({ secret }) {
  useTitle("Set a new password");
  const [token] = useState(secret);
  return html`
    <div class="narrow">
      <h1>Set a new password</h1>
      ${token
        ? html`<${NewPasswordForm} token=${token} />`
        : html`<${Notice} kind="problem"><p>This link is not complete. Please open it from the mail again.</p><${Another} /><//>`}
    </div>`;
}
