/** What is searched for stands in the address, so that it can be shared and gone back to. */
const MOST_LETTERS = 200;
const PRICE = /^\d{1,9}$/;

/** → {q, category, min_price, max_price}, as the API takes them; what it would refuse is left out. */
export function askedIn(query) {
  const asked = { q: (query.get("q") ?? "").trim().slice(0, MOST_LETTERS) };
  if (query.get("category")) asked.category = query.get("category");
  for (const name of ["min_price", "max_price"]) if (PRICE.test(query.get(name) ?? "")) asked[name] = query.get(name);
  return asked;
}

export const addressOf = (asked) =>
  `/search?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== undefined))}`;

/** The same search without some of its filters. */
export const without = (asked, ...names) =>
  Object.fromEntries(Object.entries(asked).filter(([name]) => !names.includes(name)));

/** The field that they are typed into. */
export const WORDS = { type: "text", enterkeyhint: "search", maxlength: MOST_LETTERS, autocomplete: "off", spellcheck: false };
