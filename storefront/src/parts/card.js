/** A product in a list. */
import { html } from "../view.js";
import { Picture } from "./picture.js";
import { Price } from "./price.js";

export function Card({ product, eager }) {
  return html`
    <li class="card">
      <a href="/product/${product.slug}" class="card-link">
        <${Picture} url=${product.thumb_url} larger=${product.picture_url} sizes="(min-width: 48rem) 18rem, 46vw" alt="" eager=${eager} />
        <span class="card-name">${product.name}</span>
      </a>
      <p class="card-facts">
        <${Price} price=${product.price} before=${product.compare_at_price} />
        ${!product.available && html`<span class="tag">Sold out</span>`}
      </p>
    </li>`;
}

export const Grid = ({ products }) => html`
  <ul class="grid" role="list">
    ${products.map((product, index) => html`<${Card} key=${product.id} product=${product} eager=${index < 8} />`)}
  </ul>`;

/** Holds the place of cards that are being loaded. */
export const GridSkeleton = ({ count = 8 }) => html`
  <ul class="grid" role="list" aria-hidden="true">
    ${Array.from({ length: count }, (_, index) => html`
      <li class="card" key=${index}><span class="picture skeleton"></span><span class="skeleton skeleton-line"></span></li>`)}
  </ul>`;
