/** Everybody who has an account, for staff. */
import { call } from "./client.js";

const list = async (path, query) => (await call("GET", `${path}?${new URLSearchParams(query)}`)).body;

/** Newest first; with `email` the one who has it, if anybody does. */
export const listUsers = ({ email, cursor }) =>
  list("/users", { limit: 50, ...(email && { email }), ...(cursor && { cursor }) });

export const findUser = async (id) => (await call("GET", `/users/${encodeURIComponent(id)}`)).body;

/** `filter` is one of status, email and customer_id. */
export const ordersBy = (filter, cursor) => list("/orders", { ...filter, ...(cursor && { cursor }) });

export const ordersOf = (id, cursor) => ordersBy({ customer_id: id }, cursor);

export const changeRole = async (id, role) =>
  (await call("PUT", `/users/${encodeURIComponent(id)}/role`, { body: { role } })).body;

export const disable = async (id) => (await call("POST", `/users/${encodeURIComponent(id)}/disable`)).body;

export const enable = async (id) => (await call("POST", `/users/${encodeURIComponent(id)}/enable`)).body;
