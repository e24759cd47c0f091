/** A square product picture, or a quiet stand-in where there is none. */
import { html } from "../view.js";

/** `larger` is the next rendition, for screens on which the first would be blurred; `sizes` tells how wide it is shown. */
export function Picture({ url, larger, sizes: shown, alt, size = 400, lazy = true, eager = false }) {
  if (!url) return html`<span class="picture picture-none" aria-hidden="true"><${LeafIcon} /></span>`;
  return html`
    <span class="picture">
      <img src=${url} srcset=${larger ? `${url} 160w, ${larger} 640w` : undefined} sizes=${larger ? shown : undefined} alt=${alt} width=${size} height=${size} loading=${lazy && !eager ? "lazy" : "eager"} decoding=${eager ? "auto" : "async"} />
    </span>`;
}

const srcset = ({ renditions }) => (renditions ?? []).map(({ url, width }) => `${url} ${width}w`).join(", ") || undefined;

/** What is wider than high is cut at its sides, so that more pixels are needed than are seen. */
const sizes = ({ width, height }, rem) => {
  const cut = Math.max(1, width / height || 1);
  return `(min-width: 50rem) ${Math.ceil(rem * cut)}rem, ${Math.ceil(100 * cut)}vw`;
};

/** The browser chooses among the renditions; `rem` is how wide it is shown where there is room. */
export function LargePicture({ image, alt, rem }) {
  if (!image?.url) return html`<${Picture} />`;
  return html`
    <span class="picture">
      <img src=${image.url} srcset=${srcset(image)} sizes=${sizes(image, rem)} alt=${alt} width=${image.width} height=${image.height} />
    </span>`;
}

export const LeafIcon = () => html`
  <svg viewBox="0 0 32 32" width="28" height="28" fill="currentColor" aria-hidden="true">
    <path d="M8 21c5.500 0 9-2 11.500-7.500C20.300 11.800 22 10 25 10c-1 1.200-1.300 2-1.500 3.500C22.700 19.500 19 24 12.500 24 10.500 24 9 23 8 21z" />
  </svg>`;
