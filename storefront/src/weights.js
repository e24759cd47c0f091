/** Weights are whole grams; people read kilograms. */
const kilograms = new Intl.NumberFormat(navigator.language, { style: "unit", unit: "kilogram", maximumFractionDigits: 3 });

export const weightText = (grams) => kilograms.format(grams / 1000);
