/** The secret of an endpoint: shown once, since the shop never tells it again. And another one in its place. */
import { rotateSecret } from "../../../api/webhooks.js";
import { Notice } from "../../../parts/notice.js";
import { Sure } from "../../../parts/sure.js";
import { toast } from "../../../parts/toast.js";
import { html, useState } from "../../../view.js";

export function Secret({ secret }) {
  const copy = () => navigator.clipboard.writeText(secret).then(() => toast("Copied."), () => toast("Please copy it by hand."));
  return html`
    <${Notice} kind="good" title="Keep this secret now: it is not shown again">
      <p>With it the endpoint checks the signature of what it is sent (header Shop-Signature).</p>
      <p><code class="long">${secret}</code></p>
      <p><button type="button" class="button button-quiet" onClick=${copy}>Copy</button></p>
    <//>`;
}

export function Rotation({ endpoint, onChanged }) {
  const [secret, setSecret] = useState(null);
  const rotate = async () => {
    const { secret: made, ...changed } = await rotateSecret(endpoint);
    setSecret(made);
    onChanged(changed);
  };
  return html`
    ${secret && html`<${Secret} secret=${secret} />`}
    ${endpoint.secrets > 1 && html`<p class="muted small">At present ${endpoint.secrets} secrets sign; older ones end a day after they were replaced.</p>`}
    <${Sure} text="Make another secret" question="Make another secret? The present one still signs as well for 24 hours." yes="Make it"
      no="Keep this one" kind="" work=${rotate} />`;
}
