/** A new endpoint, or a change of one: where to, and what it wants to hear of. */
import { changeEndpoint, createEndpoint } from "../../../api/webhooks.js";
import { useBase } from "../../../parts/base.js";
import { Field } from "../../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../../parts/form.js";
import { toast } from "../../../parts/toast.js";
import { html, useState } from "../../../view.js";
import { EVENTS, EVERY } from "./words.js";

const Check = ({ text, checked, onCheck }) => html`
  <label class="check">
    <input type="checkbox" checked=${checked} onChange=${(event) => onCheck(event.currentTarget.checked)} /><span>${text}</span>
  </label>`;

function Events({ chosen, error, onChosen }) {
  const all = chosen.includes(EVERY);
  const toggle = (name) => (on) => onChosen(EVENTS.map(([one]) => one).filter((one) => (one === name ? on : chosen.includes(one))));
  return html`
    <fieldset>
      <legend>Tell it when an order is</legend>
      <${Check} text="Anything, also what is added later" checked=${all} onCheck=${(on) => onChosen(on ? [EVERY] : [])} />
      ${!all && html`
        <div class="checks">${EVENTS.map(([name, text]) => html`
          <${Check} key=${name} text=${text} checked=${chosen.includes(name)} onCheck=${toggle(name)} />`)}</div>`}
      ${error && html`<p class="error">${error}</p>`}
    </fieldset>`;
}

const valuesOf = ({ url, description, events, active }) => ({ url, description, events, active });

const NEW = { url: "", description: "", events: [EVERY], active: true };

const TOO_MANY = { limit_reached: "The shop has 20 endpoints already. Remove one first." };

/** Without an `endpoint` a new one. `onSaved` gets it as it then is, a new one with its secret. */
export function EndpointForm({ endpoint, onSaved, onReload }) {
  const [values, setValues] = useState(() => (endpoint ? valuesOf(endpoint) : NEW));
  const base = useBase(endpoint ?? NEW, valuesOf);
  const sending = useSending(async () => {
    const body = { ...values, url: values.url.trim(), description: values.description.trim() };
    onSaved((base.current = await (endpoint ? changeEndpoint(base.current, body) : createEndpoint(body))));
    toast(endpoint ? "Saved." : "The endpoint is made.");
  });
  const set = (name) => (value) => setValues({ ...values, [name]: value });
  const part = (name) => ({ name, value: values[name], error: sending.errors[name], onValue: set(name), autocomplete: "off" });
  return html`
    <form class="stack" noValidate onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} messages=${endpoint ? {} : TOO_MANY} places=${["url", "events", "description"]}>
        ${sending.problem?.status === 412 && html`<button type="button" class="button button-quiet" onClick=${onReload}>Load it again</button>`}
      <//>
      <${Field} label="Address" ...${part("url")} type="url" maxlength="2000" spellcheck="false"
        hint="It begins with https: and is reachable from everywhere." />
      <${Field} label="What it is for" ...${part("description")} maxlength="200" optional />
      <${Events} chosen=${values.events} error=${sending.errors.events} onChosen=${set("events")} />
      ${endpoint && html`<${Check} text="Switched on" checked=${values.active} onCheck=${set("active")} />`}
      <p><${SendButton} sending=${sending} disabled=${sending.busy || !values.url.trim() || !values.events.length}>
        ${endpoint ? "Save" : "Make the endpoint"}<//></p>
    </form>`;
}
