/** From the chosen value of each option to the variant that is sold. `variant.options` maps option to value. */
const fits = (variant, chosen) => Object.entries(chosen).every(([name, value]) => variant.options[name] === value);

export const variantOf = (product, chosen) => product.variants.find((variant) => fits(variant, chosen)) ?? null;

/** The first variant in stock, or the first at all. */
export function firstChoice(product) {
  const variant = product.variants.find(({ available }) => available > 0) ?? product.variants[0];
  return Object.fromEntries(product.options.map(({ name }) => [name, variant?.options[name]]));
}

/** Whether this value, with what else is chosen, can be bought. */
export function reachable(product, chosen, name, value) {
  return (variantOf(product, { ...chosen, [name]: value })?.available ?? 0) > 0;
}
