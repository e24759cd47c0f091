/** How many there are of each SKU; for staff. */
import { call } from "./client.js";

const path = (sku, part = "") => `/stock/${encodeURIComponent(sku)}${part}`;

const page = (cursor) => (cursor ? { cursor } : {});

export const readStock = async (sku) => (await call("GET", path(sku))).body;

/** `changes` are on_hand, low_stock_at or both. */
export const setStock = async (sku, changes) => (await call("PUT", path(sku), { body: changes })).body;

/** Done once for each key. */
export const adjustStock = async (sku, body, key) =>
  (await call("POST", path(sku, "/adjustments"), { body, headers: { "Idempotency-Key": key } })).body;

/** Newest first. */
export const listAdjustments = async (sku, cursor) =>
  (await call("GET", path(sku, `/adjustments?${new URLSearchParams(page(cursor))}`))).body;

export const setShards = async (sku, shards) => (await call("PUT", path(sku, "/shards"), { body: { shards } })).body;

export const listLow = async (cursor) => (await call("GET", `/stock?${new URLSearchParams({ low: "true", ...page(cursor) })}`)).body;
