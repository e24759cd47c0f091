/** How many: a number between two buttons. */
import { html, useRef, useState } from "../view.js";

/** Each step goes on from what is shown, which may be ahead of the `value`; `onChange` may answer a promise of its end. */
export function Quantity({ value, onChange, max = 99, label }) {
  const [typed, setTyped] = useState(null);
  const open = useRef(0);
  const text = typed ?? String(value);
  const shown = Math.trunc(Number(text)) || value;
  const most = Math.min(max, 99);
  const choose = async (next) => {
    const wanted = Math.min(Math.max(Math.trunc(next) || 1, 1), most);
    setTyped(String(wanted));
    open.current += 1;
    if (wanted !== value || open.current > 1) await onChange(wanted);
    open.current -= 1;
    if (open.current === 0) setTyped((now) => (now === String(wanted) ? null : now));
  };
  return html`
    <div class="quantity" role="group" aria-label=${label}>
      <button type="button" aria-label="One less" disabled=${shown <= 1} onClick=${() => choose(shown - 1)}>−</button>
      <input type="text" inputmode="numeric" autocomplete="off" aria-label="Quantity" value=${text}
        onInput=${(event) => setTyped(event.currentTarget.value)} onChange=${() => choose(Number(text))} />
      <button type="button" aria-label="One more" disabled=${shown >= most} onClick=${() => choose(shown + 1)}>+</button>
    </div>`;
}
