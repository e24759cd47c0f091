/** A short message at the edge of the window that goes by itself, and is read out. */
import { Store, useStore } from "../store.js";
import { html } from "../view.js";

const shown = new Store(null);
let timer = 0;

export function toast(text, link = null) {
  clearTimeout(timer);
  shown.set({ text, link });
  timer = setTimeout(() => shown.set(null), 6000);
}

export function Toasts() {
  const current = useStore(shown);
  return html`
    <div class="toasts" role="status">
      ${current && html`
        <p class="toast">
          <span>${current.text}</span>
          ${current.link && html`<a href=${current.link.href} onClick=${() => shown.set(null)}>${current.link.text}</a>`}
        </p>`}
    </div>`;
}
