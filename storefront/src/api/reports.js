/** Figures; for staff. */
import { call } from "./client.js";
import { query } from "./query.js";

/** By day, both ends included; days are YYYY-MM-DD. */
export const readSales = async (from, to) => (await call("GET", `/reports/sales${query({ from, to })}`)).body;
