/** In which currency and language the catalogue is read in this browser; kept for the next visit. */
import { shop } from "../config.js";

const KEY = "shop.reader";

export const CURRENCIES = [shop.currency, ...shop.currencies];

export const LOCALES = shop.locales;

const usual = { currency: CURRENCIES[0], locale: LOCALES[0]?.[0] ?? "" };

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** What the shop no longer offers is forgotten. */
function offered({ currency, locale }) {
  return {
    currency: CURRENCIES.includes(currency) ? currency : usual.currency,
    locale: LOCALES.some(([tag]) => tag === locale) ? locale : usual.locale,
  };
}

export const reader = offered(stored());

/** All that is on the page was read for the former reader, so that it is loaded anew. */
export function readAs(changes) {
  localStorage.setItem(KEY, JSON.stringify({ ...reader, ...changes }));
  location.reload();
}

/** What the API need not be told is left out. */
export const asReader = (query = {}) => new URLSearchParams(Object.entries({
  ...query,
  ...(reader.currency !== usual.currency && { currency: reader.currency }),
  ...(reader.locale !== usual.locale && { locale: reader.locale }),
}));
