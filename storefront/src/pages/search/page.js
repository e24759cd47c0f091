/** What a search finds, and the ways to narrow it down. */
import { listCategories } from "../../api/catalog.js";
import { shop } from "../../config.js";
import { Grid, GridSkeleton } from "../../parts/card.js";
import { Notice, ProblemNotice } from "../../parts/notice.js";
import { useResource } from "../../resource.js";
import { html, useRef } from "../../view.js";
import { openListing } from "../listing-memory.js";
import { More } from "../more.js";
import { useTitle } from "../title.js";
import { addressOf, askedIn } from "./asked.js";
import { ChosenFilters, Filters } from "./filters.js";

const things = (count) => `${count} ${count === 1 ? "product" : "products"}`;

/** Of a longer list as many as the price bands that were asked for hold. */
function countOf({ items, facets, cursor }, { min_price, max_price }) {
  if (!cursor) return things(items.length);
  const inside = facets.prices.filter((band) => band.min_price.amount >= Number(min_price ?? 0) &&
    (max_price === undefined || (band.max_price?.amount ?? Infinity) <= Number(max_price) + 1));
  const count = inside.reduce((sum, band) => sum + band.count, 0);
  return count > items.length ? things(count) : `More than ${things(items.length)}`;
}

const Nothing = ({ asked, filtered }) => html`
  <${Notice} title="Nothing fits your search">
    <p>${filtered
      ? html`Perhaps <a href=${addressOf({ q: asked.q })}>without the filters</a>?`
      : "Perhaps there is another word for it, or fewer words find more?"}
      ${" "}Or look through <a href="/products">all products</a>.</p>
  <//>`;

function Found({ asked, listing, onMore }) {
  const filtered = Object.keys(asked).length > 1;
  return html`
    <div class="found">
      ${(listing.facets.categories.length > 0 || listing.facets.prices.length > 0) && html`
        <details class="filters" open=${matchMedia("(min-width: 56rem)").matches}>
          <summary>Filters</summary>
          <${Filters} asked=${asked} facets=${listing.facets} />
        </details>`}
      <div class="found-list">
        ${listing.items.length
          ? html`<${Grid} products=${listing.items} /><${More} listing=${listing} onMore=${onMore} />`
          : html`<${Nothing} asked=${asked} filtered=${filtered} />`}
      </div>
    </div>`;
}

/** While the next answer is on its way, the last one stays. */
function useLast(value) {
  const last = useRef(null);
  if (value) last.current = value;
  return last.current;
}

export function SearchPage({ query }) {
  const asked = askedIn(query);
  const found = useResource(addressOf(asked), (signal) => openListing(asked, signal));
  const categories = useResource("categories", listCategories);
  const listing = useLast(found.data);
  const title = asked.q ? `Results for “${asked.q}”` : "Search";
  useTitle(title);
  const currency = listing?.facets.prices[0]?.min_price.currency ?? shop.currency;
  return html`
    <div class="section-head">
      <h1 class="long">${title}</h1>
      <p class="muted" role="status">${found.data ? `${countOf(found.data, asked)} found` : found.loading ? "Searching…" : ""}</p>
    </div>
    <${ChosenFilters} asked=${asked} facets=${listing?.facets} currency=${currency} categories=${categories.data ?? []} />
    ${found.problem && html`<${ProblemNotice} problem=${found.problem} retry=${found.reload} />`}
    ${!found.problem && !listing && html`<${GridSkeleton} />`}
    ${!found.problem && listing && html`
      <div aria-busy=${found.loading}><${Found} asked=${asked} listing=${listing} onMore=${found.replace} /></div>`}`;
}
