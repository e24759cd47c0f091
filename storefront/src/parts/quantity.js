/** How many: a number between two buttons. */
import { html, useEffect, useState } from "../view.js";

export function Quantity({ value, onChange, max = 99, label }) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const choose = (next) => {
    const wanted = Math.min(Math.max(Math.trunc(next) || 1, 1), Math.min(max, 99));
    setText(String(wanted));
    if (wanted !== value) onChange(wanted);
  };
  return html`
    <div class="quantity" role="group" aria-label=${label}>
      <button type="button" aria-label="One less" disabled=${value <= 1} onClick=${() => choose(value - 1)}>−</button>
      <input type="text" inputmode="numeric" autocomplete="off" aria-label="Quantity" value=${text}
        onInput=${(event) => setText(event.currentTarget.value)} onChange=${() => choose(Number(text))} />
      <button type="button" aria-label="One more" disabled=${value >= Math.min(max, 99)} onClick=${() => choose(value + 1)}>+</button>
    </div>`;
}
