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

/** With its new secret, in this answer alone. */
export const rotateSecret = async (endpoint) =>
  (await call("POST", path(endpoint.id, "/rotate-secret"), { headers: ifMatch(endpoint) })).body;

/** Newest first, all or those of a status. */
export const listDeliveries = async (id, { status, cursor }) =>
  (await call("GET", path(id, `/deliveries${query({ status, cursor })}`))).body;

export const redeliver = async (id, deliveryId) =>
  (await call("POST", path(id, `/deliveries/${encodeURIComponent(deliveryId)}/redeliver`))).body;
