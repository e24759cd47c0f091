/**
 * Placing an order once, however often it is sent. The Idempotency-Key is kept in this tab with what was sent under it
 * until the shop has given an outcome: a lost answer, a reload or a second press asks for the same order again.
 */
import { placeOrder } from "../../api/orders.js";

const KEY = "shop.attempt";
/** Waits between repeats, in seconds. With 12 s an answer at most this is about two minutes. */
const PAUSES = [1, 1, 2, 3, 5, 5, 8];

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export function openAttempt() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

const forget = () => sessionStorage.removeItem(KEY);

/** The open attempt if it asked for the same, else a new one. */
function attemptFor(body) {
  const open = openAttempt();
  if (open && JSON.stringify(open.body) === JSON.stringify(body)) return open;
  const begun = { key: crypto.randomUUID(), body };
  sessionStorage.setItem(KEY, JSON.stringify(begun));
  return begun;
}

/** Nothing is known of the outcome, or the order is still being worked on. */
const undecided = (problem) => problem.unanswered || problem.code === "in_progress";

/** A refusal that did nothing, or that ended the order, ends the attempt; the next press is a new one. */
function ends(problem) {
  return !undecided(problem) && problem.code !== "unavailable" && problem.code !== "payment_action_required" &&
    problem.status !== 401 && problem.status !== 429;
}

/**
 * → the order, confirmed, or pending if it still was after the last repeat. Throws the Problem otherwise; while
 * `openAttempt()` answers something afterwards, sending the same again continues the same attempt.
 */
export async function place(body, onWait = () => {}) {
  const attempt = attemptFor(body);
  for (const seconds of [...PAUSES, null]) {
    const { order, problem, wait } = await ask(attempt);
    if (problem && !undecided(problem)) {
      if (ends(problem)) forget();
      throw problem;
    }
    if (order && (seconds === null || order.status !== "pending")) {
      forget();
      return order;
    }
    if (seconds === null) throw problem;
    onWait();
    await pause(Math.max(wait ?? 0, seconds));
  }
  return null;
}

async function ask({ key, body }) {
  try {
    const { body: order } = await placeOrder(body, key);
    return { order };
  } catch (problem) {
    return { problem, wait: problem.retryAfter };
  }
}

export { forget as forgetAttempt };
