/** One request and its answer; everything that is no success is thrown as a Problem. */
import { shop } from "../config.js";
import { noAnswer, problemOf } from "./problem.js";

/** The slowest answer the API promises takes 12 s. */
const PATIENCE_MS = 20_000;

/** The shop's patience, and that of whoever asks. */
function until(signal) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  return signal ? AbortSignal.any([patience, signal]) : patience;
}

async function fetched(method, path, { body, token, headers, signal, keepalive = false }) {
  const sent = { ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  if (token) sent.Authorization = `Bearer ${token}`;
  try {
    return await fetch(shop.api + path, {
      method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-cache", credentials: "omit", keepalive, signal: until(signal),
    });
  } catch {
    throw noAnswer();
  }
}

/** → {status, body, headers} */
export async function exchange(method, path, options = {}) {
  const response = await fetched(method, path, options);
  if (!response.ok) throw await problemOf(response);
  try {
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
  } catch {
    throw noAnswer();
  }
}
