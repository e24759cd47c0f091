/** An address that the shop does not have. */
import { html } from "../view.js";
import { useTitle } from "./title.js";

export function MissingPage() {
  useTitle("Not found");
  return html`
    <div class="narrow centred">
      <h1>We could not find this page</h1>
      <p class="muted">It may have moved, or the product may no longer be sold.</p>
      <p><a class="button" href="/products">See all products</a></p>
    </div>`;
}
