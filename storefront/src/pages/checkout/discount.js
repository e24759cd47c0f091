/** A discount code: typed, applied, and taken off again, by the buyer or because the shop refuses it. */
import { formatMoney } from "../../money.js";
import { html, useEffect, useRef, useState } from "../../view.js";

/** What the code does to the quote that was made with it. */
function effect({ quote, busy, problem }) {
  if (problem) return "";
  if (busy || !quote) return "is being checked…";
  if (quote.discount.amount > 0) return `takes off ${formatMoney(quote.discount)}.`;
  return quote.shipping.amount === 0 ? "makes shipping free." : "does not change this total.";
}

const Applied = ({ code, quoted, remove, onRemove }) => html`
  <div class="applied">
    <p role="status">Code <strong class="long">${code}</strong> ${effect(quoted)}</p>
    <button type="button" class="link" ref=${remove} aria-label="Remove the code ${code}" onClick=${onRemove}>Remove</button>
  </div>`;

/** The focus goes along with what replaces the button that was pressed; not when the page opens. */
function useFocus(applied, error) {
  const before = useRef(applied);
  const remove = useRef(null);
  const input = useRef(null);
  useEffect(() => {
    if (before.current === applied) return;
    before.current = applied;
    (applied ? remove : input).current?.focus();
  }, [applied, error]);
  return { remove, input };
}

/** `quoted` is what useQuote answers, `error` why the last code was refused. */
export function Discount({ applied, quoted, error, onApply }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const { remove, input } = useFocus(applied, error);
  if (applied) return html`<${Applied} code=${applied} quoted=${quoted} remove=${remove} onRemove=${() => { setText(""); onApply(""); }} />`;
  const apply = () => {
    setOpen(true);
    if (text.trim()) onApply(text.trim());
  };
  const onEnter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    apply();
  };
  return html`
    <details class="discount" open=${open || Boolean(error)} onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>Discount code</summary>
      <div class="field ${error ? "field-bad" : ""}">
        <label for="discount" class="visually-hidden">Discount code</label>
        <div class="joined">
          <input id="discount" name="discount_code" autocomplete="off" autocapitalize="characters" maxlength="64" value=${text} ref=${input}
            onKeyDown=${onEnter} onInput=${(event) => setText(event.currentTarget.value)}
            aria-invalid=${error ? "true" : undefined} aria-describedby=${error ? "discount-error" : undefined} />
          <button type="button" class="button button-quiet" onClick=${apply}>Apply</button>
        </div>
        ${error && html`<p class="error" id="discount-error" role="alert">${error}</p>`}
      </div>
    </details>`;
}
