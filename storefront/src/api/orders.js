/** Buying: what it will cost, placing an order, and following it. */
import { call, read } from "./client.js";

export const listShippingMethods = async (country) =>
  (await read(`/shipping-methods${country ? `?${new URLSearchParams({ country })}` : ""}`)).items;

export const quote = async (wanted) => (await call("POST", "/checkout/quote", { body: wanted })).body;

export const placeOrder = (body, key) => call("POST", "/orders", { body, headers: { "Idempotency-Key": key } });

export const findOrder = async (id) => (await call("GET", `/orders/${encodeURIComponent(id)}`)).body;

export const listOrders = async (cursor) =>
  (await call("GET", `/orders${cursor ? `?${new URLSearchParams({ cursor })}` : ""}`)).body;

/** What was sent of an order; the order as it then is. */
export const shipOrder = async (id, body, key) =>
  (await call("POST", `/orders/${encodeURIComponent(id)}/shipments`, { body, headers: { "Idempotency-Key": key } })).body;

export const deliverOrder = async (id) => (await call("POST", `/orders/${encodeURIComponent(id)}/deliver`)).body;

/** 200: cancelled; 202: it will be. */
export const cancelOrder = (id) => call("POST", `/orders/${encodeURIComponent(id)}/cancel`);
