/** A button for what can't be taken back: it asks first, and its own problem is shown below it. */
import { messageOf } from "../api/messages.js";
import { html, useEffect, useRef, useState } from "../view.js";
import { keepFocus } from "./focus.js";
import { useSending } from "./form.js";

export function Sure({ text, label, question, yes, no = "No", quiet = false, kind = "button-danger", work, disabled = false }) {
  const [asked, setAsked] = useState(null);
  const sending = useSending(async () => {
    await work();
    setAsked(false);
    keepFocus();
  });
  const focused = useRef(null);
  // The harmless answer gets the focus, and the button that asked gets it back.
  useEffect(() => { if (asked !== null) focused.current?.focus(); }, [asked]);
  if (!asked) {
    return html`
      <button type="button" class=${quiet ? "link" : "button button-quiet"} aria-label=${label} disabled=${disabled}
        ref=${focused} onClick=${() => setAsked(true)}>${text}</button>`;
  }
  return html`
    <div class="sure" role="group" aria-label=${question}>
      <p>${question}</p>
      <p class="actions">
        <button type="button" class="button ${kind}" disabled=${sending.busy} onClick=${sending.send}>
          ${sending.busy ? "One moment…" : yes}</button>
        <button type="button" class="button button-quiet" disabled=${sending.busy} ref=${focused}
          onClick=${() => setAsked(false)}>${no}</button>
      </p>
      ${sending.problem && html`<p class="error" role="alert">${messageOf(sending.problem)}</p>`}
    </div>`;
}
