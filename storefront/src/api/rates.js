/** How orders are sent and what tax they bear. Everyone may read it, admins change it. */
import { call, read } from "./client.js";
import { Problem } from "./problem.js";
import { query } from "./query.js";

export const listShippingMethods = async (country) => (await read(`/shipping-methods${query({ country })}`)).items;

const method = (id) => `/shipping-methods/${encodeURIComponent(id)}`;

/** Refused where somebody else has changed it since it was read; what is new has no version yet. */
const ifMatch = (seen) => (seen ? { "If-Match": `"${seen.version}"` } : {});

/** A new one, or another one in place of the one `seen`. */
export const setShippingMethod = async (id, body, seen) => (await call("PUT", method(id), { body, headers: ifMatch(seen) })).body;

export const deleteShippingMethod = (id) => call("DELETE", method(id));

/** null where the country has none. */
export async function findTaxRate(country) {
  try {
    return await read(`/tax-rates/${country}`);
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 404) return null;
    throw problem;
  }
}

export const setTaxRate = async (country, body, seen) =>
  (await call("PUT", `/tax-rates/${country}`, { body, headers: ifMatch(seen) })).body;
