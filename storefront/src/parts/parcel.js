/** What is in a shipment or a return, in words: "2 × Lamp, 1 × Bowl". */
const nameOf = (sku, items) => items.find((one) => one.sku === sku)?.name ?? sku;

export const partsOf = (parcels, items) => parcels.map(({ sku, quantity }) => `${quantity} × ${nameOf(sku, items)}`).join(", ");
