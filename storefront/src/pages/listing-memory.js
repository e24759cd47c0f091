/** Lists as far as the reader had loaded them, so that going back shows the same page again. */
import { listProducts } from "../api/catalog.js";

/** Shorter than the life of the picture addresses in the list. */
const FRESH_MS = 5 * 60_000;
const MOST = 20;

const opened = new Map();

function remember(listing) {
  opened.delete(listing.key);
  opened.set(listing.key, listing);
  if (opened.size > MOST) opened.delete(opened.keys().next().value);
  return listing;
}

/** `query` is what the list is asked for with: a category and an order, or a search. */
export async function openListing(query, signal) {
  const key = `${new URLSearchParams(query)}`;
  const known = opened.get(key);
  if (known && Date.now() - known.at < FRESH_MS) return known;
  const page = await listProducts(query, signal);
  return remember({ key, query, items: page.items, facets: page.facets, cursor: page.next_cursor, at: Date.now() });
}

/** A product that moved between two pages is shown once. A list whose cursor is refused begins anew. */
export async function loadMore(listing) {
  try {
    const page = await listProducts({ ...listing.query, cursor: listing.cursor });
    const shown = new Set(listing.items.map(({ id }) => id));
    const added = page.items.filter(({ id }) => !shown.has(id));
    return remember({ ...listing, items: [...listing.items, ...added], cursor: page.next_cursor });
  } catch (problem) {
    if (problem.code !== "cursor_invalid") throw problem;
    opened.delete(listing.key);
    return openListing(listing.query);
  }
}
