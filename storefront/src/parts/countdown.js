/** The time until something may be tried again. */
import { waitText } from "../times.js";
import { html, useEffect, useMemo, useState } from "../view.js";

/** Seconds left of what the problem's Retry-After said; by the clock, since hidden tabs sleep. */
export function useSecondsLeft(problem) {
  const wait = problem?.retryAfter ?? 0;
  const until = useMemo(() => Date.now() + wait * 1000, [problem]);
  const [, setNow] = useState(0);
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const over = left === 0;
  useEffect(() => {
    if (over) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [problem, over]);
  return left;
}

/** role=timer: readers are not told every second, but may ask. */
export const Countdown = ({ left }) => (left > 0
  ? html`<p>You can try again in <span role="timer" class="timer">${waitText(left)}</span>.</p>`
  : html`<p>You can try again now.</p>`);
