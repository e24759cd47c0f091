/** How orders are sent and what tax they bear. Everyone may read it, admins change it. */
import { call, read } from "./client.js";
import { query } from "./query.js";

export const listShippingMethods = async (country) => (await read(`/shipping-methods${query({ country })}`)).items;

const method = (id) => `/shipping-methods/${encodeURIComponent(id)}`;

/** Refused where somebody else has changed it since it was read; what is new has no version yet. */
const ifMatch = (seen) => (seen ? { "If-Match": `"${seen.version}"` } : {});

/** A new one, or another one in place of the one `seen`. */
export const setShippingMethod = async (id, body, seen) => (await call("PUT", method(id), { body, headers: ifMatch(seen) })).body;

export const deleteShippingMethod = (seen) => call("DELETE", method(seen.id), { headers: ifMatch(seen) });

/** {country, rate_bps, inclusive, version} of each country that has one. */
export const listTaxRates = async () => (await read("/tax-rates")).items;

export const setTaxRate = async (country, body, seen) =>
  (await call("PUT", `/tax-rates/${country}`, { body, headers: ifMatch(seen) })).body;
