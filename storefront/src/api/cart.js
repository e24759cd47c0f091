/** The shopper's cart; changes are sent one after the other, so that the newest answer is the newest cart. */
import { Store } from "../store.js";
import { call } from "./client.js";
import { isAccount, isStaff, session } from "./session.js";

const GUEST = "shop.guest-cart";

export const EMPTY = { items: [], subtotal: null, version: 0, stale: false, warnings: [] };

/** null until it has been read for the first time. */
export const cart = new Store(null);

export const countOf = (current) => (current?.items ?? []).reduce((sum, item) => sum + item.quantity, 0);

let queue = Promise.resolve();
function inTurn(work) {
  const done = queue.then(work);
  queue = done.catch(() => null);
  return done;
}

/** Without a session there is no cart yet; the first thing put in begins one. Staff have none. */
export const loadCart = () => inTurn(async () => {
  cart.set(session.value && !isStaff(session.value.user) ? await readCart() : EMPTY);
  return cart.value;
});

async function readCart() {
  if (isAccount(session.value.user)) await mergeOnce();
  try {
    return (await call("GET", "/cart")).body;
  } catch (problem) {
    if (problem.code === "session_ended") return EMPTY;
    throw problem;
  }
}

const changed = (method, path, body) => inTurn(async () => {
  cart.set((await call(method, path, { begin: true, body })).body);
  return cart.value;
});

export const setQuantity = (sku, quantity) => changed("PUT", `/cart/items/${encodeURIComponent(sku)}`, { quantity });

export const removeItem = (sku) => changed("DELETE", `/cart/items/${encodeURIComponent(sku)}`);

/** What is already in the cart counts too; a line holds 99 at most. */
export async function addToCart(sku, quantity) {
  const current = cart.value ?? (await loadCart());
  const had = current.items.find((item) => item.sku === sku)?.quantity ?? 0;
  return setQuantity(sku, Math.min(had + quantity, 99));
}

/**
 * The cart filled before logging in joins the account's. Its token stays in this tab until the shop has answered, so that a
 * lost answer or a reload loses no cart; the shop does it once however often it is asked.
 */
export function mergeCart(guestToken) {
  sessionStorage.setItem(GUEST, guestToken);
  return loadCart();
}

const undecided = ({ unanswered, status }) => unanswered || [401, 429, 503].includes(status);

async function mergeOnce() {
  const token = sessionStorage.getItem(GUEST);
  if (!token) return;
  try {
    await call("POST", "/cart/merge", { body: { guest_access_token: token } });
  } catch (problem) {
    if (undecided(problem)) return;
  }
  sessionStorage.removeItem(GUEST);
}
