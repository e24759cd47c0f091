/** Who is shopping: the token pair in this browser, shared by its tabs. */
import { Store } from "../store.js";
import { exchange } from "./exchange.js";

const KEY = "shop.session";
const DEVICE = "shop.device";
const OWNER = "shop.owner";

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export const isStaff = (user) => user?.role === "staff" || user?.role === "admin";

/** Whether that is a person with an account. */
export const isAccount = (user) => Boolean(user) && user.role !== "guest";

/** {access_token, refresh_token, user} or null. */
export const session = new Store(stored());

/** Whether the session of an account ended without its owner's doing: what was there is there again after a log-in. */
export const wasEnded = new Store(false);

addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) session.set(stored());
});

export function keep(pair) {
  const kept = pair && { access_token: pair.access_token, refresh_token: pair.refresh_token, user: pair.user };
  if (kept) localStorage.setItem(KEY, JSON.stringify(kept));
  else localStorage.removeItem(KEY);
  wasEnded.set(false);
  session.set(kept);
}

/** Begins the session of an account. What another one has typed in this tab is none of its business. */
export function enter(pair) {
  const last = sessionStorage.getItem(OWNER);
  if (last && last !== pair.user.id) sessionStorage.clear();
  sessionStorage.setItem(OWNER, pair.user.id);
  keep(pair);
}

/** Ends the session because its owner wants to go: what was typed in this tab goes as well. */
export function leave() {
  sessionStorage.clear();
  keep(null);
}

/** What the account looks like now. The tokens stay as they are by then. */
export const keepUser = (user) => alone(async () => {
  const current = stored();
  if (current?.user?.id === user.id) keep({ ...current, user });
});

/** Says at the next log-in that this device is known. It opens nothing by itself, so it outlives the session. */
export function device() {
  const token = localStorage.getItem(DEVICE);
  return token ? { "Device-Token": token } : {};
}

export const keepDevice = (token) => token && localStorage.setItem(DEVICE, token);

export const forgetDevice = () => localStorage.removeItem(DEVICE);

/** One tab at a time, so that two never spend the same refresh token or open two guest sessions. */
let queue = Promise.resolve();
function alone(work) {
  if (navigator.locks) return navigator.locks.request(KEY, work);
  queue = queue.then(work, work);
  return queue;
}

/** The access token, or null when nobody has a session and none should be begun. */
export function accessToken({ begin }) {
  const current = stored();
  if (current || !begin) return Promise.resolve(current?.access_token ?? null);
  return alone(async () => stored()?.access_token ?? (await beginAsGuest()));
}

async function beginAsGuest() {
  const { body } = await exchange("POST", "/sessions/guest", { body: {} });
  keep(body);
  return body.access_token;
}

/** The pair that follows, or null when the session has ended. */
async function refreshed({ refresh_token, user }) {
  try {
    const { body } = await exchange("POST", "/sessions/refresh", { body: { refresh_token } });
    return { ...body, user: body.user ?? user };
  } catch (problem) {
    if (problem.status !== 401 && problem.status !== 422) throw problem;
    return null;
  }
}

/** A new access token in place of one that was refused, or null when there is no session. Who logs out meanwhile stays so. */
export function renewed(refused) {
  return alone(async () => {
    const before = stored();
    if (!before || before.access_token !== refused) return before?.access_token ?? null;
    const next = await refreshed(before);
    if (stored()?.refresh_token === before.refresh_token) {
      keep(next);
      wasEnded.set(!next && isAccount(before.user));
    }
    return stored()?.access_token ?? null;
  });
}
