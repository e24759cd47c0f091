/** A new endpoint, or a change of one: where to, and what it wants to hear of. */
import { changeEndpoint, createEndpoint } from "../../../api/webhooks.js";
import { Field } from "../../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../../parts/form.js";
import { toast } from "../../../parts/toast.js";
import { html, useState } from "../../../view.js";
import { EVENTS } from "./words.js";

function Events({ chosen, error, onChosen }) {
  const toggle = (name, on) => onChosen(EVENTS.map(([one]) => one).filter((one) => (one === name ? on : chosen.includes(one))));
  return html`
    <fieldset>
      <legend>Tell it when an order is</legend>
      <div class="checks">${EVENTS.map(([name, text]) => html`
        <label class="check" key=${name}>
          <input type="checkbox" checked=${chosen.includes(name)} onChange=${(event) => toggle(name, event.currentTarget.checked)} />
          <span>${text}</span>
        </label>`)}</div>
      ${error && html`<p class="error">${error}</p>`}
    </fieldset>`;
}

/** Without an `endpoint` a new one. `onSaved` gets it as it then is, a new one with its secret. */
export function EndpointForm({ endpoint, onSaved, onReload }) {
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [events, setEvents] = useState(endpoint?.events ?? EVENTS.map(([name]) => name));
  const sending = useSending(async () => {
    const body = { url: url.trim(), events };
    onSaved(await (endpoint ? changeEndpoint(endpoint, body) : createEndpoint(body)));
    toast(endpoint ? "Saved." : "The endpoint is made.");
  });
  return html`
    <form class="stack" noValidate onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${["url", "events"]}>
        ${sending.problem?.status === 412 && html`<button type="button" class="button button-quiet" onClick=${onReload}>Load it again</button>`}
      <//>
      <${Field} label="Address" name="url" type="url" maxlength="2000" autocomplete="off" spellcheck="false" value=${url} onValue=${setUrl}
        error=${sending.errors.url} hint="It begins with https: and is reachable from everywhere." />
      <${Events} chosen=${events} error=${sending.errors.events} onChosen=${setEvents} />
      <p><${SendButton} sending=${sending} disabled=${sending.busy || !url.trim() || !events.length}>${endpoint ? "Save" : "Make the endpoint"}<//></p>
    </form>`;
}
