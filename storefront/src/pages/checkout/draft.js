/** What the buyer has typed so far, kept in this tab. Nothing of a card is ever kept. */
import { NO_ADDRESS } from "../../parts/address.js";

const KEY = "shop.checkout";

/** `saved`: the kept address that was chosen, "" for another one; `keep`: whether that one is to be kept as well. */
const EMPTY = {
  email: "", shipping: NO_ADDRESS, saved: null, keep: false, separateBilling: false, billing: NO_ADDRESS, method: "", code: "",
};

export function readDraft() {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEY)) };
  } catch {
    return EMPTY;
  }
}

export const keepDraft = (draft) => sessionStorage.setItem(KEY, JSON.stringify(draft));

export const forgetDraft = () => sessionStorage.removeItem(KEY);

const REQUIRED = ["name", "line1", "postal_code", "city", "country"];

/** {field: message} for everything the buyer has left out; the shop checks the rest. */
export function missing(draft, asksEmail) {
  const found = {};
  if (asksEmail && !draft.email.trim()) found.email = "We send your confirmation there.";
  const addresses = { shipping_address: draft.shipping, ...(draft.separateBilling && { billing_address: draft.billing }) };
  for (const [field, address] of Object.entries(addresses)) {
    for (const part of REQUIRED) if (!address[part].trim()) found[`${field}.${part}`] = "Please fill this in.";
  }
  if (draft.shipping.country && !draft.method) found.shipping_method = "Please choose how we send it.";
  return found;
}
