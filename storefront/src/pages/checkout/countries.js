/** Where the shop sends to: the countries of its shipping methods, by name. */
import { countryChoicesOf } from "../../countries.js";

/** Offered when no shipping method names its countries. */
const USUAL = ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "PT", "SE", "US"];

/** → [code, name] for a list of choices, by name. */
export function countryChoices(methods) {
  const codes = [...new Set(methods.flatMap(({ countries }) => countries ?? []))].filter((code) => /^[A-Z]{2}$/.test(code));
  return countryChoicesOf(codes.length ? codes : USUAL);
}

/** Methods that go to the country; those that name no country go everywhere. */
export const methodsFor = (methods, country) =>
  methods.filter(({ countries }) => !countries?.length || countries.includes(country) || countries.includes("*"));
