/** Times and spans in the reader's words. */
const dates = new Intl.DateTimeFormat(navigator.language, { dateStyle: "long" });
const days = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium" });
const moments = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium", timeStyle: "short" });

export const dateText = (time) => (time ? dates.format(new Date(time)) : "");

/** Shorter, for lists. */
export const dayText = (time) => (time ? days.format(new Date(time)) : "");

export const momentText = (time) => (time ? moments.format(new Date(time)) : "");

/** How long to wait: 27 → "27 seconds", 95 → "1 min 35 s". */
export function waitText(seconds) {
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const rest = seconds % 60;
  return rest ? `${Math.floor(seconds / 60)} min ${rest} s` : `${seconds / 60} min`;
}
