/** The pages of one part of the shop. */
import { place } from "../router.js";
import { useStore } from "../store.js";
import { html } from "../view.js";

/** `pages` is a list of [address, text]. A page below one of them belongs to the longest that fits. */
export function Tabs({ label, pages }) {
  const { path } = useStore(place);
  const own = pages.map(([address]) => address).filter((address) => path === address || path.startsWith(`${address}/`))
    .sort((a, b) => b.length - a.length)[0];
  return html`
    <nav class="tabs" aria-label=${label}>
      <ul role="list">
        ${pages.map(([address, text]) => html`
          <li key=${address}><a href=${address} aria-current=${address === own ? "page" : undefined}>${text}</a></li>`)}
      </ul>
    </nav>`;
}
