/** Discounts in words. */
import { formatMoney } from "../../../money.js";
import { momentText } from "../../../times.js";

export const KINDS = [["percent", "Percent off"], ["fixed", "Amount off"], ["free_shipping", "Free shipping"]];

const TEXTS = {
  percent: ({ value }) => `${value} % off`,
  fixed: ({ value }) => `${formatMoney(value)} off`,
  free_shipping: () => "Free shipping",
};

export const worthText = (discount) => TEXTS[discount.kind]?.(discount) ?? discount.kind;

/** When it holds: "from … until …". */
export const spanText = ({ starts_at, ends_at }) =>
  [starts_at && `from ${momentText(starts_at)}`, ends_at && `until ${momentText(ends_at)}`].filter(Boolean).join(" ") || "always";

/** → [text, kind of tag] */
export function stateOf({ starts_at, ends_at, uses, max_uses }) {
  if (ends_at && new Date(ends_at) <= new Date()) return ["Over", "cancelled"];
  if (max_uses && uses >= max_uses) return ["Used up", "cancelled"];
  return starts_at && new Date(starts_at) > new Date() ? ["Not yet", "pending"] : ["Valid", "confirmed"];
}

/** Lists do not tell the uses of codes without a maximum. */
export const usesText = ({ uses, max_uses }) => (max_uses ? `${uses} of ${max_uses}` : String(uses ?? "–"));
