/** Calls as the shopper or member of staff whose session this browser holds. */
import { exchange } from "./exchange.js";
import { Problem } from "./problem.js";
import { accessToken, device, enter, keepDevice, leave, renewed, session } from "./session.js";

const STALE = new Set(["token_expired", "token_invalid"]);

const ended = () => new Problem(401, { code: "session_ended", detail: "There is no session." });

/**
 * `begin` opens a guest session when there is none. A refused token is renewed once; when the session of a guest
 * has ended and `begin` is set, a new one takes its place.
 */
export async function call(method, path, { begin = false, ...options } = {}) {
  const token = await accessToken({ begin });
  if (!token) throw ended();
  try {
    return await exchange(method, path, { ...options, token });
  } catch (problem) {
    if (problem.status !== 401 || !STALE.has(problem.code)) throw problem;
    return again(method, path, { begin, ...options }, token);
  }
}

async function again(method, path, { begin, ...options }, refused) {
  const wasGuest = session.value?.user?.role === "guest";
  const token = (await renewed(refused)) ?? (begin && wasGuest ? await accessToken({ begin }) : null);
  if (!token) throw ended();
  return exchange(method, path, { ...options, token });
}

/** Reading what anyone may see; no token is sent, so no session is needed. */
export const read = async (path, signal) => (await exchange("GET", path, { signal })).body;

export async function logIn(email, password) {
  const { body } = await exchange("POST", "/sessions", { body: { email, password }, headers: device() });
  enter(body);
  keepDevice(body.device_token);
  return body.user;
}

/** All items of a list, page after page. */
export async function everyItem(path) {
  const items = [];
  let cursor = null;
  do {
    const { body } = await call("GET", path + (cursor ? `?${new URLSearchParams({ cursor })}` : ""));
    items.push(...body.items);
    cursor = body.next_cursor ?? null;
  } while (cursor);
  return items;
}

/** `keepalive`: also when the page is left meanwhile. */
const endSession = (token) => exchange("DELETE", "/sessions/current", { token, keepalive: true });

/** The session ends here at once. The shop is told in the background, with a new token where this one has run out. */
export function logOut() {
  const { access_token: token, refresh_token } = session.value;
  leave();
  endSession(token).catch(async (problem) => {
    if (!STALE.has(problem.code)) return;
    const { body } = await exchange("POST", "/sessions/refresh", { body: { refresh_token }, keepalive: true });
    await endSession(body.access_token);
  }).catch(() => null);
}
