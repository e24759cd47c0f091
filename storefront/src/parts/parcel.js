/** What is in a shipment or a return, in words: "2 × Lamp (Red), 1 × Bowl". */
export const optionsText = (options) => Object.values(options ?? {}).join(", ");

export function itemText({ name, options }) {
  const chosen = optionsText(options);
  return chosen ? `${name} (${chosen})` : name;
}

function textOf(sku, items) {
  const item = items.find((one) => one.sku === sku);
  return item ? itemText(item) : sku;
}

/** How many of a SKU are in them. */
export const countOf = (sku, parcels) => parcels.filter((one) => one.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0);

export const partsOf = (parcels, items) => parcels.map(({ sku, quantity }) => `${quantity} × ${textOf(sku, items)}`).join(", ");
