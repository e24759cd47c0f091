/** Where the shop sends to: the countries of its shipping methods, by name. */
import { countryName } from "../../countries.js";

/** Offered when no shipping method names its countries. */
const USUAL = ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "PT", "SE", "US"];

/** → [code, name] for a list of choices, by name. */
export function countryChoices(methods) {
  const codes = [...new Set(methods.flatMap(({ countries }) => countries ?? []))].filter((code) => /^[A-Z]{2}$/.test(code));
  return (codes.length ? codes : USUAL).map((code) => [code, countryName(code)]).sort((a, b) => a[1].localeCompare(b[1]));
}

export function likelyCountry(choices) {
  const own = new Intl.Locale(navigator.language).region;
  return choices.find(([code]) => code === own)?.[0] ?? (choices.length === 1 ? choices[0][0] : "");
}

/** Methods that go to the country; those that name no country go everywhere. */
export const methodsFor = (methods, country) =>
  methods.filter(({ countries }) => !countries?.length || countries.includes(country) || countries.includes("*"));
