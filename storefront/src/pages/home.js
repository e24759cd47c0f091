/** The front page: what kinds of things there are, and what is new. */
import { childrenOf, listCategories, listProducts, topCategories } from "../api/catalog.js";
import { shop } from "../config.js";
import { Grid, GridSkeleton } from "../parts/card.js";
import { Loaded, ProblemNotice } from "../parts/notice.js";
import { Picture } from "../parts/picture.js";
import { useResource } from "../resource.js";
import { html } from "../view.js";
import { useTitle } from "./title.js";

const things = (count) => `${count} ${count === 1 ? "product" : "products"}`;

const Tiles = ({ categories }) => html`
  <ul class="tiles" role="list">
    ${topCategories(categories).map((category, index) => html`
      <li key=${category.id}>
        <a class="tile tile-${index % 8}" href="/category/${category.slug}">
          <span class="tile-name">${category.name}</span>
          <span class="tile-count">${childrenOf(categories, category.id).map(({ name }) => name).join(", ") ||
            things(category.product_count)}</span>
        </a>
      </li>`)}
  </ul>`;

/** A few of the newest, one from every fourth place, so that they differ. Each is in the list below as well. */
const HeroPictures = ({ products }) => html`
  <div class="hero-pictures" aria-hidden="true">
    ${products.filter(({ thumb_url }, index) => thumb_url && index % 4 === 3).slice(0, 3).map((product) => html`
      <a key=${product.id} href="/product/${product.slug}" tabindex="-1"><${Picture} url=${product.thumb_url} larger=${product.picture_url} sizes="11rem" alt="" eager /></a>`)}
  </div>`;

const Hero = ({ products }) => html`
  <section class="hero">
    <div>
      <h1>${shop.tagline}.</h1>
      <p>Chosen to be used every day and to last. Buy as a guest, no account needed.</p>
      <p><a class="button button-large" href="/products">Browse everything</a></p>
    </div>
    <${HeroPictures} products=${products} />
  </section>`;

function Newest({ newest }) {
  if (newest.problem) return html`<${ProblemNotice} problem=${newest.problem} retry=${newest.reload} />`;
  return newest.data ? html`<${Grid} products=${newest.data.items} />` : html`<${GridSkeleton} />`;
}

export function HomePage() {
  useTitle("");
  const categories = useResource("categories", listCategories);
  const newest = useResource("newest", () => listProducts({ sort: "newest", limit: 12 }));
  return html`
    <${Hero} products=${newest.data?.items ?? []} />
    <section aria-labelledby="kinds">
      <h2 id="kinds">Categories</h2>
      <${Loaded} resource=${categories}>${(items) => html`<${Tiles} categories=${items} />`}<//>
    </section>
    <section aria-labelledby="new">
      <div class="section-head"><h2 id="new">New in the shop</h2><a href="/products">See all</a></div>
      <${Newest} newest=${newest} />
    </section>`;
}
