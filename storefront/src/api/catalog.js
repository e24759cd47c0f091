/** What the shop sells. */
import { call, read } from "./client.js";
import { asReader } from "./reader.js";

export const SORTS = [
  ["newest", "Newest"],
  ["price_asc", "Price: low to high"],
  ["price_desc", "Price: high to low"],
  ["name", "Name"],
];

let known = null;

/** The categories, asked for once; a failed answer is not kept. */
export function listCategories() {
  known ??= read(`/categories?${asReader()}`).then((page) => page.items);
  known.catch(() => { known = null; });
  return known;
}

/** With `q`, also an empty one, a search: the best first, and how many there are by category and price in `facets`. */
export function listProducts(query, signal) {
  const given = Object.entries(query).filter(([name, value]) => value || (name === "q" && value === ""));
  return read(`/products?${asReader(Object.fromEntries(given))}`, signal);
}

export const findProduct = (slug) => read(`/products/${encodeURIComponent(slug)}?${asReader()}`);

/** {sku: address of its picture}, as far as they are still sold. */
export async function picturesOf(skus) {
  const { items } = await read(`/variants?${new URLSearchParams(skus.map((sku) => ["sku", sku]))}`);
  return Object.fromEntries(items.map(({ sku, thumb_url }) => [sku, thumb_url]));
}

export const inCategory = (categories, slug) => categories.find((category) => category.slug === slug);

export const topCategories = (categories) => childrenOf(categories, null);

export const childrenOf = (categories, id) =>
  categories.filter((category) => (category.parent_id ?? null) === id)
    .sort((a, b) => a.position - b.position || a.name.localeCompare(b.name));

// For staff.

/** With `q` those that are searched for; archived ones are listed only. */
export const listEveryProduct = ({ status, q, cursor }) =>
  call("GET", `/products?${new URLSearchParams({ status, limit: 50, ...(q && { q }), ...(cursor && { cursor }) })}`);

export const readProduct = (id) => call("GET", `/products/${id}`);

export const createProduct = (body) => call("POST", "/products", { body });

export const editProduct = (id, version, body) =>
  call("PATCH", `/products/${id}`, { body, headers: { "If-Match": `"${version}"` } });

export const startImage = async (id, file, alt) =>
  (await call("POST", `/products/${id}/images`, { body: { content_type: file.type, size: file.size, alt } })).body;

export const completeImage = async (id, imageId) =>
  (await call("POST", `/products/${id}/images/${imageId}/complete`)).body;

export const deleteImage = (id, imageId) => call("DELETE", `/products/${id}/images/${imageId}`);
