/** Money is whole minor units and a currency code; how many decimals a currency has is Intl's knowledge. */
const formats = new Map();

function formatOf(currency) {
  if (!formats.has(currency)) {
    formats.set(currency, new Intl.NumberFormat(navigator.language, { style: "currency", currency }));
  }
  return formats.get(currency);
}

/** 0 for JPY, 2 for EUR, 3 for KWD. */
function decimals(currency) {
  return formatOf(currency).resolvedOptions().maximumFractionDigits;
}

/** The amount as a plain decimal number in text, made without floating point: 1999 EUR → "19.99". */
export function toDecimal({ amount, currency }) {
  const places = decimals(currency);
  const digits = String(Math.abs(amount)).padStart(places + 1, "0");
  const sign = amount < 0 ? "-" : "";
  return sign + (places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits);
}

/** What a person typed as minor units, or null when it is no amount of that currency. */
export function fromDecimal(text, currency) {
  const places = decimals(currency);
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!match || (match[2] ?? "").length > places) return null;
  return Number(match[1] + (match[2] ?? "").padEnd(places, "0"));
}

export function formatMoney(money) {
  return formatOf(money.currency).format(toDecimal(money));
}
