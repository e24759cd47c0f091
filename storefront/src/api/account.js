/** The own account: profile, addresses, password, sessions, and everything the shop has stored about its owner. */
import { call, everyItem } from "./client.js";
import { forgetDevice, keepUser, leave } from "./session.js";
import { sendTo } from "./upload.js";

const ifMatch = (version) => ({ "If-Match": `"${version}"` });

const own = async (method, path, options) => {
  const { body } = await call(method, `/users/me${path}`, options);
  await keepUser(body);
  return body;
};

export const readProfile = () => own("GET", "");

export const changeProfile = (version, changes) =>
  own("PATCH", "", { body: changes, headers: ifMatch(version) });

/** The picture goes straight to the store; the shop is told before and after. → the account with its new picture */
export async function uploadAvatar(file, onProgress) {
  const { body } = await call("POST", "/users/me/avatar", { body: { content_type: file.type, size: file.size } });
  await sendTo(body.upload, file, onProgress);
  onProgress(1);
  return own("POST", "/avatar/complete");
}

export const changePassword = (currentPassword, newPassword) =>
  call("PUT", "/users/me/password", { body: { current_password: currentPassword, new_password: newPassword } });

export const changeEmail = (newEmail, password) => call("PUT", "/users/me/email", { body: { new_email: newEmail, password } });

export const listAddresses = () => everyItem("/users/me/addresses");

export const addAddress = async (address) => (await call("POST", "/users/me/addresses", { body: address })).body;

/** Of the version that was seen; one that was changed elsewhere meanwhile is refused. */
export const changeAddress = async ({ id, version }, address) =>
  (await call("PUT", `/users/me/addresses/${id}`, { body: address, headers: ifMatch(version) })).body;

export const deleteAddress = (id) => call("DELETE", `/users/me/addresses/${id}`);

export const listSessions = () => everyItem("/sessions");

/** One that has ended already is ended all the same. */
export const endSession = (id) => call("DELETE", `/sessions/${id}`).catch((problem) => {
  if (problem.status !== 404) throw problem;
});

export async function endOtherSessions() {
  for (const { id, current } of await listSessions()) if (!current) await endSession(id);
}

/** This one, too. */
export async function endAllSessions() {
  await call("DELETE", "/sessions");
  leave();
}

/** {account, catalog, orders}: what each part of the shop answers, all pages in one. */
export async function readEverything() {
  const [account, catalog, orders] = await Promise.all(["users", "catalog", "orders"].map((part) => whole(`/privacy/${part}`)));
  return { account, catalog, orders };
}

async function whole(path) {
  const { body: { next_cursor: first, ...found } } = await call("GET", path);
  for (let cursor = first; cursor;) {
    const { body: { next_cursor: next, ...more } } = await call("GET", `${path}?${new URLSearchParams({ cursor })}`);
    for (const [name, value] of Object.entries(more)) if (Array.isArray(value)) found[name].push(...value);
    cursor = next;
  }
  return found;
}

export async function eraseAccount(password) {
  await call("DELETE", "/users/me", { body: { password } });
  leave();
  forgetDevice();
}
