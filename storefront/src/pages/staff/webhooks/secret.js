/** The secret of a new endpoint: shown once, since the shop never tells it again. */
import { Notice } from "../../../parts/notice.js";
import { toast } from "../../../parts/toast.js";
import { html } from "../../../view.js";

export function Secret({ secret }) {
  const copy = () => navigator.clipboard.writeText(secret).then(() => toast("Copied."), () => toast("Please copy it by hand."));
  return html`
    <${Notice} kind="good" title="Keep this secret now: it is not shown again">
      <p>With it the endpoint checks the signature of what it is sent (header Shop-Signature).</p>
      <p><code class="long">${secret}</code></p>
      <p><button type="button" class="button button-quiet" onClick=${copy}>Copy</button></p>
    <//>`;
}
