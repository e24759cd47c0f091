/** A discount code: typed, applied, and taken off again when the shop refuses it. */
import { html, useState } from "../../view.js";

const Applied = ({ code, onApply }) => html`
  <p class="applied"><span>Code <strong>${code}</strong></span>
    <button type="button" class="link" onClick=${() => onApply("")}>Remove</button></p>`;

export function Discount({ applied, error, onApply }) {
  const [text, setText] = useState("");
  if (applied) return html`<${Applied} code=${applied} onApply=${onApply} />`;
  const apply = () => text.trim() && onApply(text.trim());
  const onEnter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    apply();
  };
  return html`
    <details class="discount" open=${Boolean(error)}>
      <summary>Discount code</summary>
      <div class="field ${error ? "field-bad" : ""}">
        <label for="discount" class="visually-hidden">Discount code</label>
        <div class="joined">
          <input id="discount" name="discount_code" autocomplete="off" maxlength="64" value=${text} onKeyDown=${onEnter}
            onInput=${(event) => setText(event.currentTarget.value)}
            aria-invalid=${error ? "true" : undefined} aria-describedby=${error ? "discount-error" : undefined} />
          <button type="button" class="button button-quiet" onClick=${apply}>Apply</button>
        </div>
        ${error && html`<p class="error" id="discount-error" role="alert">${error}</p>`}
      </div>
    </details>`;
}
