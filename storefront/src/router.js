/** Addresses of the shop: the path chooses the page, links change it without loading the document again. */
import { Store } from "./store.js";

/**
 * `secret` is the token of a link from a mail. It is taken out of the address at once, so that it stays neither in the
 * history nor in what other pages learn of this one.
 */
function here() {
  const query = new URLSearchParams(location.search);
  const secret = query.get("token");
  if (query.has("token")) {
    query.delete("token");
    history.replaceState(history.state, "", location.pathname + (query.size ? `?${query}` : "") + location.hash);
  }
  return { path: location.pathname, query, secret, arrival: "load" };
}

export const place = new Store(here());

/** Go to an address of the shop; `replace` leaves no step back to where one was. Another filter of a page is no other page. */
export function navigate(address, { replace = false } = {}) {
  rememberScroll();
  history[replace ? "replaceState" : "pushState"](null, "", address);
  const same = replace && location.pathname === place.value.path;
  place.set({ ...here(), arrival: same ? "same" : "new" });
}

/** `routes` is a list of [pattern, page]; "/product/:slug" passes `slug` to its page. */
export function match(routes, path) {
  for (const [pattern, page] of routes) {
    const parameters = fit(pattern, path);
    if (parameters) return { page, parameters };
  }
  return null;
}

function fit(pattern, path) {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (wanted.length !== given.length) return null;
  const parameters = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(":")) parameters[part.slice(1)] = decoded(given[index]);
    else if (part !== given[index]) return null;
  }
  return parameters;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const rememberScroll = () => history.replaceState({ ...history.state, scroll: scrollY }, "");

/** Pages fill in after they are shown, so the old position is tried until the page is long enough (1 s at most). */
function restoreScroll(top, until = performance.now() + 1000) {
  scrollTo(0, top);
  if (Math.abs(scrollY - top) > 2 && performance.now() < until) requestAnimationFrame(() => restoreScroll(top, until));
}

/** After a step to another page: back to where the reader was, or to the top with the focus on the content. */
export function settle({ arrival }) {
  if (arrival === "back") restoreScroll(history.state?.scroll ?? 0);
  if (arrival !== "new") return;
  scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

const SERVED_ELSEWHERE = /^\/(api|docs|openapi|_inbox|_traces)(\/|$)/;

function isOurs(link, event) {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  return plain && link && !link.target && !link.hasAttribute("download") &&
    link.origin === location.origin && !SERVED_ELSEWHERE.test(link.pathname);
}

function followLink(event) {
  const link = event.target.closest?.("a[href]");
  if (event.defaultPrevented || !isOurs(link, event)) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

export function start() {
  history.scrollRestoration = "manual";
  addEventListener("popstate", () => {
    const { path, query } = place.value;
    if (location.pathname !== path || `${new URLSearchParams(location.search)}` !== `${query}`) place.set({ ...here(), arrival: "back" });
  });
  addEventListener("pagehide", rememberScroll);
  document.addEventListener("click", followLink);
}
