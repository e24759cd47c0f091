/** Buying: what it will cost, placing an order, and following it. */
import { call } from "./client.js";

export const quote = async (wanted) => (await call("POST", "/checkout/quote", { body: wanted })).body;

export const placeOrder = (body, key) => call("POST", "/orders", { body, headers: { "Idempotency-Key": key } });

const path = (id, part = "") => `/orders/${encodeURIComponent(id)}${part}`;

export const findOrder = async (id) => (await call("GET", path(id))).body;

/** All that happened to it, oldest first: {kind, at, actor}, and what it happened to. */
export const orderTimeline = async (id) => (await call("GET", path(id, "/events"))).body.timeline;

export const listOrders = async (cursor) =>
  (await call("GET", `/orders${cursor ? `?${new URLSearchParams({ cursor })}` : ""}`)).body;

/** What was sent of an order; the order as it then is. */
export const shipOrder = async (id, body, key) =>
  (await call("POST", path(id, "/shipments"), { body, headers: { "Idempotency-Key": key } })).body;

export const deliverOrder = async (id) => (await call("POST", path(id, "/deliver"))).body;

/** 200: cancelled; 202: it will be. */
export const cancelOrder = (id) => call("POST", path(id, "/cancel"));

/** Money back, once for each key; the order as it then is. */
export const refundOrder = async (id, body, key) =>
  (await call("POST", path(id, "/refunds"), { body, headers: { "Idempotency-Key": key } })).body;

/** `items` are {sku, quantity}; the order with the return. */
export const requestReturn = async (id, body) => (await call("POST", path(id, "/returns"), { body })).body;

/** `verdict`: approve, reject or receive; the order as it then is. */
export const judgeReturn = async (id, returnId, verdict) =>
  (await call("POST", path(id, `/returns/${encodeURIComponent(returnId)}/${verdict}`))).body;

/** status 200: the documents are in the body; 202: they are being made, and `wait` says how many seconds to wait. */
export async function findInvoice(id) {
  const { status, headers, body } = await call("GET", path(id, "/invoice"));
  return { status, body, wait: Number(headers.get("Retry-After")) || 2 };
}
