/** All products, or those of a category, in the order the reader chooses. */
import { SORTS, childrenOf, inCategory, listCategories } from "../api/catalog.js";
import { Grid, GridSkeleton } from "../parts/card.js";
import { Loaded, Notice, ProblemNotice } from "../parts/notice.js";
import { useResource } from "../resource.js";
import { navigate } from "../router.js";
import { html } from "../view.js";
import { openListing } from "./listing-memory.js";
import { MissingPage } from "./missing.js";
import { More } from "./more.js";
import { useTitle } from "./title.js";

function SortChoice({ sort, path }) {
  return html`
    <label class="sort">Sort by
      <select value=${sort} onChange=${(event) => navigate(`${path}?sort=${event.currentTarget.value}`, { replace: true })}>
        ${SORTS.map(([value, text]) => html`<option key=${value} value=${value} selected=${value === sort}>${text}</option>`)}
      </select>
    </label>`;
}

function Products({ category, sort }) {
  const listing = useResource(`${category}?${sort}`, (signal) => openListing({ category, sort }, signal));
  if (listing.problem) return html`<${ProblemNotice} problem=${listing.problem} retry=${listing.reload} />`;
  if (!listing.data) return html`<${GridSkeleton} />`;
  if (!listing.data.items.length) return html`<${Notice}><p>There is nothing here yet.</p><//>`;
  return html`
    <${Grid} products=${listing.data.items} />
    <${More} listing=${listing.data} onMore=${listing.replace} />`;
}

const Crumbs = ({ parent }) => html`
  <nav class="crumbs" aria-label="You are here">
    <a href="/products">All products</a>
    ${parent && html`<span aria-hidden="true">/</span><a href="/category/${parent.slug}">${parent.name}</a>`}
  </nav>`;

const Within = ({ categories }) => categories.length > 0 && html`
  <ul class="chips" role="list" aria-label="Within this category">
    ${categories.map(({ slug, name }) => html`<li key=${slug}><a class="chip" href="/category/${slug}">${name}</a></li>`)}
  </ul>`;

function Listing({ categories, slug, sort }) {
  const category = slug && inCategory(categories, slug);
  useTitle(category?.name ?? "All products");
  if (slug && !category) return html`<${MissingPage} />`;
  return html`
    ${category && html`<${Crumbs} parent=${categories.find(({ id }) => id === category.parent_id)} />`}
    <div class="section-head">
      <h1>${category?.name ?? "All products"}</h1>
      <${SortChoice} sort=${sort} path=${slug ? `/category/${slug}` : "/products"} />
    </div>
    ${category && html`<${Within} categories=${childrenOf(categories, category.id)} />`}
    <${Products} category=${slug} sort=${sort} />`;
}

export function ListingPage({ slug = "", query }) {
  const categories = useResource("categories", listCategories);
  const sort = SORTS.some(([value]) => value === query.get("sort")) ? query.get("sort") : "newest";
  return html`
    <${Loaded} resource=${categories}>
      ${(items) => html`<${Listing} categories=${items} slug=${slug} sort=${sort} />`}
    <//>`;
}
