/** A person's picture, or the first letter of the name where there is none. */
import { html } from "../view.js";

export function Face({ url, name, size = 48, alt = "", onError }) {
  if (url) return html`<img class="face" src=${url} alt=${alt} width=${size} height=${size} onError=${onError} />`;
  return html`
    <svg class="face" width=${size} height=${size} viewBox="0 0 48 48" aria-hidden="true">
      <text x="24" y="24" text-anchor="middle" dominant-baseline="central">${[...(name ?? "").trim()][0]?.toUpperCase() ?? "?"}</text>
    </svg>`;
}
