/** The fields of a postal address, named as the API names them, so that its errors find their place. */
import { Field, Select } from "../../parts/field.js";
import { html } from "../../view.js";

export function Address({ prefix, purpose, value, onValue, errors, countries }) {
  const part = (name) => ({
    name: `${prefix}.${name}`, value: value[name], error: errors[`${prefix}.${name}`],
    onValue: (text) => onValue({ ...value, [name]: text }, `${prefix}.${name}`),
  });
  const fill = (token) => `${purpose} ${token}`;
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
    </div>`;
}
