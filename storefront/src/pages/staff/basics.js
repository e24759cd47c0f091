/** The fields that a new and an existing product share. */
import { Field, Select, TextArea } from "../../parts/field.js";
import { html } from "../../view.js";

const STATUSES = [["draft", "Draft: nobody sees it"], ["active", "Active: in the shop"], ["archived", "Archived"]];

const Categories = ({ categories, chosen, onChosen }) => html`
  <fieldset class="field field-wide">
    <legend>Categories</legend>
    <div class="checks">
      ${categories.map(({ id, name }) => html`
        <label class="check" key=${id}>
          <input type="checkbox" checked=${chosen.includes(id)}
            onChange=${(event) => onChosen(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))} />
          <span>${name}</span>
        </label>`)}
    </div>
  </fieldset>`;

/** What a new product can be. */
export const FIRST_STATUSES = STATUSES.slice(0, 2);

/** `onValues` gets the whole, changed. */
export function Basics({ values, onValues, errors, categories, statuses = STATUSES }) {
  const part = (name) => ({ name, value: values[name], error: errors[name], onValue: (text) => onValues({ ...values, [name]: text }) });
  return html`
    <div class="fields">
      <${Field} label="Name" ...${part("name")} wide />
      <${Field} label="Address name" ...${part("slug")} hint="Small letters, digits and hyphens; part of the product’s address." />
      <${Select} label="Status" ...${part("status")} choices=${statuses} />
      <${TextArea} label="Description" ...${part("description")} rows="5" optional wide />
      <${Categories} categories=${categories} chosen=${values.category_ids}
        onChosen=${(category_ids) => onValues({ ...values, category_ids })} />
    </div>`;
}
