/** A labelled form field with its hint and its error, tied together for assistive technology. `onValue` gets its text, and the field. */
import { html } from "../view.js";

const describedBy = (id, hint, error) => [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");

function Frame({ id, label, hint, error, optional, wide, children }) {
  return html`
    <div class="field ${wide ? "field-wide" : ""} ${error ? "field-bad" : ""}">
      <label for=${id}>${label}${optional && html` <span class="optional">(optional)</span>`}</label>
      ${children}
      ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
      ${error && html`<p class="error" id="${id}-error">${error}</p>`}
    </div>`;
}

const attributes = ({ id, name, hint, error, optional }) => ({
  id, name, required: !optional, "aria-invalid": error ? "true" : undefined,
  "aria-describedby": describedBy(id, hint, error) || undefined,
});

const idOf = (name) => `field-${name.replace(/[^\w]+/g, "-")}`;

export function Field({ label, name, value, onValue, hint, error, optional, wide, ...input }) {
  const id = idOf(name);
  return html`
    <${Frame} ...${{ id, label, hint, error, optional, wide }}>
      <input ...${attributes({ id, name, hint, error, optional })} ...${input} value=${value}
        onInput=${(event) => onValue(event.currentTarget.value, event.currentTarget)} />
    <//>`;
}

export function TextArea({ label, name, value, onValue, hint, error, optional, wide, ...input }) {
  const id = idOf(name);
  return html`
    <${Frame} ...${{ id, label, hint, error, optional, wide }}>
      <textarea ...${attributes({ id, name, hint, error, optional })} ...${input} value=${value}
        onInput=${(event) => onValue(event.currentTarget.value)}></textarea>
    <//>`;
}

/** `choices` is a list of [value, text]. */
export function Select({ label, name, value, onValue, choices, hint, error, optional, wide, ...input }) {
  const id = idOf(name);
  return html`
    <${Frame} ...${{ id, label, hint, error, optional, wide }}>
      <select ...${attributes({ id, name, hint, error, optional })} ...${input} value=${value}
        onChange=${(event) => onValue(event.currentTarget.value)}>
        ${choices.map(([choice, text]) =>
          html`<option key=${choice} value=${choice} selected=${choice === value}>${text}</option>`)}
      </select>
    <//>`;
}

/** Takes the reader to the first field that needs attention. */
export function focusFirstError() {
  requestAnimationFrame(() => document.querySelector("[aria-invalid=true]")?.focus());
}
