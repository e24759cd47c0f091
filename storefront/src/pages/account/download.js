/** Everything the shop has stored about the account's owner, as a file. */
import { readEverything } from "../../api/account.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { toast } from "../../parts/toast.js";
import { html } from "../../view.js";

function offer(name, content) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function Download() {
  const sending = useSending(async () => {
    offer(`my-data-${new Date().toISOString().slice(0, 10)}.json`, await readEverything());
    toast("Your data is in the file that was just saved.");
  });
  return html`
    <section class="panel" aria-labelledby="download">
      <h2 id="download">Download your data</h2>
      <p>Your account, addresses, devices, orders and everything else we have stored about you, in one file (JSON).</p>
      <${SendingProblem} sending=${sending} />
      <p><${SendButton} sending=${sending} type="button" kind="button-quiet" onClick=${sending.send}>Download my data<//></p>
    </section>`;
}
