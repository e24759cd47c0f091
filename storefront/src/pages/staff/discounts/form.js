/** A new discount, or a change of one. */
import { changeDiscount, createDiscount } from "../../../api/discounts.js";
import { shop } from "../../../config.js";
import { Field, focusFirstError, Select } from "../../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../../parts/form.js";
import { toast } from "../../../parts/toast.js";
import { html, useState } from "../../../view.js";
import { changesOf, mistakes, newBody, NOTHING, valuesOf } from "./values.js";
import { KINDS } from "./words.js";

const VALUES = {
  percent: ["Percent", "Off the goods."],
  fixed: [`Amount in ${shop.currency}`, "Off the goods, never more than they cost."],
};

function Worth({ part, kind }) {
  const [label, hint] = VALUES[kind] ?? [];
  return html`
    <${Select} label="Kind" ...${part("kind")} choices=${KINDS} wide=${!label} />
    ${label && html`<${Field} label=${label} hint=${hint} ...${part("value")} inputmode="decimal" autocomplete="off" />`}`;
}

const Limits = ({ part }) => html`
  <${Field} label="Starts" ...${part("starts_at")} type="datetime-local" optional />
  <${Field} label="Ends" ...${part("ends_at")} type="datetime-local" optional />
  <${Field} label="Uses in all" ...${part("max_uses")} inputmode="numeric" autocomplete="off" optional />
  <${Field} label="Uses for each customer" ...${part("max_uses_per_customer")} inputmode="numeric" autocomplete="off" optional />
  <${Field} label="From a subtotal of, in ${shop.currency}" ...${part("min_subtotal")} inputmode="decimal" autocomplete="off" optional />`;

const save = (discount, values) => (discount ? changeDiscount(discount, changesOf(values, discount)) : createDiscount(newBody(values)));

/** {field: message} for dates without a time: to the form they are as good as none. */
const halves = ({ elements }) => Object.fromEntries(
  [...elements].filter(({ validity }) => validity?.badInput).map(({ name }) => [name, "Date and time, please, or neither."]));

/** Without a `discount` a new one. `onSaved` gets it as it then is, `onReload` takes back what somebody else has changed meanwhile. */
export function DiscountForm({ discount, onSaved, onReload }) {
  const [values, setValues] = useState(() => (discount ? valuesOf(discount) : NOTHING));
  const [found, setFound] = useState({});
  const sending = useSending(async () => {
    onSaved(await save(discount, values));
    toast(discount ? "Saved." : "The discount is made.");
  });
  const submit = (event) => {
    event.preventDefault();
    const wrong = { ...mistakes(values), ...halves(event.currentTarget) };
    setFound(wrong);
    if (Object.keys(wrong).length) focusFirstError();
    else sending.send();
  };
  const errorOf = (name) => found[name] ?? sending.errors[name] ?? sending.errors[`${name}.amount`];
  const part = (name) => ({ name, value: values[name], error: errorOf(name), onValue: (text) => setValues({ ...values, [name]: text }) });
  return html`
    <form class="stack" noValidate onSubmit=${submit}>
      <${SendingProblem} sending=${sending} places=${Object.keys(NOTHING).flatMap((name) => [name, `${name}.amount`])}>
        ${sending.problem?.status === 412 && html`<button type="button" class="button button-quiet" onClick=${onReload}>Load it again</button>`}
      <//>
      <div class="fields">
        ${!discount && html`<${Field} label="Code" ...${part("code")} maxlength="64" autocomplete="off" autocapitalize="characters" spellcheck="false"
          hint="What customers type." wide />`}
        <${Worth} part=${part} kind=${values.kind} />
        <${Limits} part=${part} />
      </div>
      <p><${SendButton} sending=${sending}>${discount ? "Save" : "Make the discount"}<//></p>
    </form>`;
}
