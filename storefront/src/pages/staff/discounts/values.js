/** A discount as its form holds it, every part a text, and as the API takes it. */
import { shop } from "../../../config.js";
import { fromDecimal, toDecimal } from "../../../money.js";
import { fromLocal, toLocal } from "../../../times.js";

export const NOTHING = {
  code: "", kind: "percent", value: "", min_subtotal: "", starts_at: "", ends_at: "", max_uses: "", max_uses_per_customer: "",
};

const text = (value) => (value == null ? "" : String(value));

const moneyText = (money) => (money ? toDecimal(money) : "");

export const valuesOf = (discount) => ({
  code: discount.code, kind: discount.kind,
  value: discount.kind === "fixed" ? moneyText(discount.value) : text(discount.value),
  min_subtotal: moneyText(discount.min_subtotal), starts_at: toLocal(discount.starts_at), ends_at: toLocal(discount.ends_at),
  max_uses: text(discount.max_uses), max_uses_per_customer: text(discount.max_uses_per_customer),
});

const money = (words) => (words.trim() ? { amount: fromDecimal(words, shop.currency), currency: shop.currency } : null);

const count = (words) => (words.trim() ? Number(words) : null);

function valueOf({ kind, value }) {
  if (kind === "free_shipping") return null;
  return kind === "fixed" ? money(value) : count(value);
}

/** All but the code; null for what there is none of. */
export const bodyOf = (values) => ({
  kind: values.kind, value: valueOf(values), min_subtotal: money(values.min_subtotal),
  starts_at: fromLocal(values.starts_at), ends_at: fromLocal(values.ends_at),
  max_uses: count(values.max_uses), max_uses_per_customer: count(values.max_uses_per_customer),
});

const given = (body) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));

export const newBody = (values) => ({ code: values.code.trim(), ...given(bodyOf(values)) });

/** Only what was changed. */
export function changesOf(values, discount) {
  const before = bodyOf(valuesOf(discount));
  return Object.fromEntries(Object.entries(bodyOf(values)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

const whole = (words, most) => /^\d{1,9}$/.test(words.trim()) && Number(words) >= 1 && Number(words) <= most;

const isMoney = (words) => fromDecimal(words, shop.currency) !== null;

/** {field: message} for what can't be sent. */
export function mistakes({ code, kind, value, min_subtotal, max_uses, max_uses_per_customer }) {
  const wrong = {
    code: !code.trim() && "Please fill this in.",
    value: (kind === "percent" && !whole(value, 100) && "A whole number from 1 to 100, please.") ||
      (kind === "fixed" && !isMoney(value) && "An amount such as 5.00, please."),
    min_subtotal: min_subtotal.trim() && !isMoney(min_subtotal) && "An amount such as 50.00, please.",
    max_uses: max_uses.trim() && !whole(max_uses, 1e9) && "A whole number, please.",
    max_uses_per_customer: max_uses_per_customer.trim() && !whole(max_uses_per_customer, 1e9) && "A whole number, please.",
  };
  return Object.fromEntries(Object.entries(wrong).filter(([, message]) => message));
}
