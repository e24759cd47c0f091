/** Discount codes; for staff. */
import { call } from "./client.js";
import { query } from "./query.js";

const path = (code) => `/discounts/${encodeURIComponent(code)}`;

const ifMatch = ({ version }) => ({ "If-Match": `"${version}"` });

export const listDiscounts = async (cursor) => (await call("GET", `/discounts${query({ cursor })}`)).body;

export const findDiscount = async (code) => (await call("GET", path(code))).body;

export const createDiscount = async (body) => (await call("POST", "/discounts", { body })).body;

export const changeDiscount = async (discount, body) =>
  (await call("PATCH", path(discount.code), { body, headers: ifMatch(discount) })).body;

export const deleteDiscount = (discount) => call("DELETE", path(discount.code), { headers: ifMatch(discount) });
