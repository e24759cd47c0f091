/** What the buyer has typed so far, kept in this tab. Nothing of a card is ever kept. */
const KEY = "shop.checkout";

const NO_ADDRESS = { name: "", line1: "", line2: "", city: "", region: "", postal_code: "", country: "", phone: "" };

const EMPTY = { email: "", shipping: NO_ADDRESS, separateBilling: false, billing: NO_ADDRESS, method: "", code: "" };

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

/** As the API takes it: no empty parts. */
export const addressOf = (address) =>
  Object.fromEntries(Object.entries(address).map(([part, text]) => [part, text.trim()]).filter(([, text]) => text));

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
