/** Addresses that are told what happens in the shop; for admins. */
import { call } from "./client.js";
import { query } from "./query.js";

const path = (id, part = "") => `/webhook-endpoints/${encodeURIComponent(id)}${part}`;

const ifMatch = ({ version }) => ({ "If-Match": `"${version}"` });

export const listEndpoints = async (cursor) => (await call("GET", `/webhook-endpoints${query({ cursor })}`)).body;

export const findEndpoint = async (id) => (await call("GET", path(id))).body;

/** The answer alone has the secret. */
export const createEndpoint = async (body) => (await call("POST", "/webhook-endpoints", { body })).body;

export const changeEndpoint = async (endpoint, body) =>
  (await call("PATCH", path(endpoint.id), { body, headers: ifMatch(endpoint) })).body;

export const deleteEndpoint = (endpoint) => call("DELETE", path(endpoint.id), { headers: ifMatch(endpoint) });

/** Newest first. */
export const listDeliveries = async (id, cursor) => (await call("GET", path(id, `/deliveries${query({ cursor })}`))).body;

export const redeliver = async (id, deliveryId) =>
  (await call("POST", path(id, `/deliveries/${encodeURIComponent(deliveryId)}/redeliver`))).body;
