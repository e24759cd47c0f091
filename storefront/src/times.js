/** Times and spans in the reader's words. */
const dates = new Intl.DateTimeFormat(navigator.language, { dateStyle: "long" });
const days = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium" });
const moments = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium", timeStyle: "short" });

export const dateText = (time) => (time ? dates.format(new Date(time)) : "");

/** Shorter, for lists. */
export const dayText = (time) => (time ? days.format(new Date(time)) : "");

/** Of a day such as 2026-11-23, which the shop counts in UTC. */
const utcDays = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium", timeZone: "UTC" });

export const utcDayText = (day) => utcDays.format(new Date(day));

export const momentText = (time) => (time ? moments.format(new Date(time)) : "");

/** How long to wait: 27 → "27 seconds", 95 → "1 min 35 s". */
export function waitText(seconds) {
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const rest = seconds % 60;
  return rest ? `${Math.floor(seconds / 60)} min ${rest} s` : `${seconds / 60} min`;
}

const two = (number) => String(number).padStart(2, "0");

/** 2026-11-23, of the reader's own day. */
const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** What a field of type datetime-local holds, in the reader's own time; "" for none. */
export function toLocal(time) {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? "" : `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The other way round, as the API takes it; null for none. */
export const fromLocal = (text) => (text ? new Date(text).toISOString() : null);
