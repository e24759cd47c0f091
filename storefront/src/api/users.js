/** Accounts: none is needed to buy, one keeps the orders together. */
import { exchange } from "./exchange.js";
import { logIn as openSession } from "./client.js";
import { countOf, cart, loadCart, mergeCart } from "./cart.js";
import { device, keepDevice, session } from "./session.js";

export const register = (body) => exchange("POST", "/users", { body });

export const resendConfirmation = (email) => exchange("POST", "/email-verifications", { body: { email } });

export const confirmEmail = (token) => exchange("POST", "/email-verifications/confirm", { body: { token } });

export const requestReset = (email) => exchange("POST", "/password-resets", { body: { email } });

/** Whoever reads the owner's mail is not held up by strangers' guesses: the answer makes this device a known one. */
export async function resetPassword(token, newPassword) {
  const body = { token, new_password: newPassword };
  const { headers } = await exchange("POST", "/password-resets/confirm", { body, headers: device() });
  keepDevice(headers.get("Device-Token"));
}

/** The guest's cart comes along. It is read first, so that its token is fresh when the cart changes hands. */
export async function logIn(email, password) {
  const guest = session.value?.user?.role === "guest" ? await guestToken() : null;
  const user = await openSession(email, password);
  await (guest ? mergeCart(guest) : loadCart()).catch(() => null);
  return user;
}

async function guestToken() {
  await loadCart().catch(() => null);
  return countOf(cart.value) > 0 ? session.value?.access_token ?? null : null;
}
