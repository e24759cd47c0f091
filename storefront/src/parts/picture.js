/** A square product picture, or a quiet stand-in where there is none. */
import { html } from "../view.js";

export function Picture({ url, alt, size = 400, lazy = true, eager = false }) {
  if (!url) return html`<span class="picture picture-none" aria-hidden="true"><${LeafIcon} /></span>`;
  return html`
    <span class="picture">
      <img src=${url} alt=${alt} width=${size} height=${size} loading=${lazy && !eager ? "lazy" : "eager"} decoding=${eager ? "auto" : "async"} />
    </span>`;
}

export const LeafIcon = () => html`
  <svg viewBox="0 0 32 32" width="28" height="28" fill="currentColor" aria-hidden="true">
    <path d="M8 21c5.500 0 9-2 11.500-7.500C20.300 11.800 22 10 25 10c-1 1.200-1.300 2-1.500 3.500C22.700 19.500 19 24 12.500 24 10.500 24 9 23 8 21z" />
  </svg>`;
