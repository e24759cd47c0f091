/** The fields of a postal address, named as the API names them, so that its errors find their place. */
import { countryName } from "../countries.js";
import { html } from "../view.js";
import { Field, Select } from "./field.js";

export const NO_ADDRESS = { name: "", line1: "", line2: "", city: "", region: "", postal_code: "", country: "", phone: "" };

export const ADDRESS_PARTS = Object.keys(NO_ADDRESS);

/** As the API takes it: its parts without empty ones. */
export const addressOf = (address) =>
  Object.fromEntries(ADDRESS_PARTS.map((part) => [part, (address[part] ?? "").trim()]).filter(([, text]) => text));

/** As the form takes it: every part a text. */
export const filled = (address) => ({ ...NO_ADDRESS, ...addressOf(address) });

export const sameAddress = (one, other) => JSON.stringify(addressOf(one)) === JSON.stringify(addressOf(other));

const linesOf = ({ name, line1, line2, city, region, postal_code, country, phone }) =>
  [name, line1, line2, `${postal_code} ${city}`, region, countryName(country), phone].filter(Boolean);

/** The default first, otherwise as they came. */
export const inOrder = (addresses) => [...addresses].sort((a, b) => b.is_default - a.is_default);

export const AddressText = ({ address }) => html`
  <address>${linesOf(address).map((line, index) => html`<span key=${index}>${line}</span>`)}</address>`;

export const addressLine = (address) => linesOf({ ...address, phone: "" }).join(", ");

/** `prefix` is the address's field in the request; `onValue` gets the whole and the name of what was changed. */
export function Address({ prefix = "", purpose = "", value, onValue, errors, countries }) {
  const part = (name) => {
    const field = prefix + name;
    return { name: field, value: value[name], error: errors[field], onValue: (text) => onValue({ ...value, [name]: text }, field) };
  };
  const fill = (token) => `${purpose} ${token}`.trim();
  return html`
    <div class="fields">
      <${Field} label="Full name" ...${part("name")} autocomplete=${fill("name")} maxlength="200" wide />
      <${Field} label="Street and number" ...${part("line1")} autocomplete=${fill("address-line1")} maxlength="200" wide />
      <${Field} label="Apartment, company" ...${part("line2")} autocomplete=${fill("address-line2")} maxlength="200" optional wide />
      <${Field} label="Postcode" ...${part("postal_code")} autocomplete=${fill("postal-code")} maxlength="20" />
      <${Field} label="City" ...${part("city")} autocomplete=${fill("address-level2")} maxlength="100" />
      <${Field} label="State or region" ...${part("region")} autocomplete=${fill("address-level1")} maxlength="100" optional />
      <${Select} label="Country" ...${part("country")} autocomplete=${fill("country")}
        choices=${[["", "Please choose"], ...countries]} />
      <${Field} label="Phone" ...${part("phone")} type="tel" autocomplete=${fill("tel")} maxlength="40" optional />
    </div>`;
}
