/** What is wrong with one field, in plain words. */
const CODES = {
  missing: "Please fill this in.",
  too_short: "This is too short.",
  too_long: "This is too long.",
  limit_reached: "That is more than the shop takes.",
  out_of_range: "Please choose another number.",
  wrong_type: "Please check this.",
  wrong_format: "Please check this. Some of these characters cannot be used here.",
};

/** What a field with a form of its own takes. */
const FORMATS = {
  email: "Please give an e-mail address such as ada@example.org.",
  new_email: "Please give an e-mail address such as ada@example.org.",
  phone: "Digits, with + ( ) . / - and spaces between them.",
  slug: "Small letters, digits and hyphens.",
  sku: "Letters, digits and . _ - only.",
};

const nameOf = (field) => field.slice(field.lastIndexOf(".") + 1);

/** Most checks are described in words for programmers; the shop's own words for a case of its own are shown as they are. */
export function fieldText({ field, code, message }) {
  if (!/^Expected `|^Object |^Invalid /.test(message ?? "") && code !== "missing") return message ?? CODES[code];
  return (code === "wrong_format" && FORMATS[nameOf(field)]) || CODES[code] || "Please check this.";
}
