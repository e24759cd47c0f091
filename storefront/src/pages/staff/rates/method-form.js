/** One shipping method: its name, where it goes, and what it costs. */
import { setShippingMethod } from "../../../api/rates.js";
import { shop } from "../../../config.js";
import { fromDecimal, toDecimal } from "../../../money.js";
import { Field, focusFirstError, TextArea } from "../../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../../parts/form.js";
import { toast } from "../../../parts/toast.js";
import { html, useEffect, useRef, useState } from "../../../view.js";

const NO_RATE = { min_subtotal: "0", max_weight_g: "", price: "" };

const rateOf = ({ min_subtotal, max_weight_g, price }) => ({
  min_subtotal: min_subtotal ? toDecimal(min_subtotal) : "0", max_weight_g: max_weight_g == null ? "" : String(max_weight_g), price: toDecimal(price),
});

const valuesOf = (method) => (method
  ? { id: method.id, name: method.name, countries: method.countries.join(" "), rates: method.rates.map(rateOf) }
  : { id: "", name: "", countries: "", rates: [NO_RATE] });

const countriesIn = (text) => text.toUpperCase().split(/[\s,;]+/).filter(Boolean);

const money = (text) => ({ amount: fromDecimal(text, shop.currency), currency: shop.currency });

const bodyOf = ({ name, countries, rates }) => ({
  name: name.trim(), countries: countriesIn(countries),
  rates: rates.map(({ min_subtotal, max_weight_g, price }) => ({
    min_subtotal: money(min_subtotal || "0"), max_weight_g: max_weight_g.trim() ? Number(max_weight_g) : null, price: money(price),
  })),
});

const AMOUNT = "An amount such as 4.90, please.";

function mistakes({ id, name, countries, rates }) {
  const found = {};
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(id.trim())) found.id = "Letters, digits and . _ - only.";
  if (!name.trim()) found.name = "Please fill this in.";
  if (!countriesIn(countries).length || countriesIn(countries).some((code) => !/^[A-Z]{2}$/.test(code))) {
    found.countries = "Codes of two letters, please, such as DE AT CH.";
  }
  for (const [index, { min_subtotal, max_weight_g, price }] of rates.entries()) {
    if (fromDecimal(min_subtotal || "0", shop.currency) === null) found[`rates[${index}].min_subtotal`] = AMOUNT;
    if (fromDecimal(price, shop.currency) === null) found[`rates[${index}].price`] = AMOUNT;
    if (!/^\d{0,9}$/.test(max_weight_g.trim())) found[`rates[${index}].max_weight_g`] = "A whole number of grams, please.";
  }
  return found;
}

function Rate({ index, rate, errors, onRate, onRemove }) {
  const part = (name) => ({
    name: `rates[${index}].${name}`, value: rate[name], error: errors[`rates[${index}].${name}`] ?? errors[`rates[${index}].${name}.amount`],
    onValue: (text) => onRate({ ...rate, [name]: text }), autocomplete: "off",
  });
  return html`
    <fieldset>
      <legend class="visually-hidden">Price ${index + 1}</legend>
      <div class="fields fields-row">
        <${Field} label="From a subtotal of" ...${part("min_subtotal")} inputmode="decimal" />
        <${Field} label="Up to grams" ...${part("max_weight_g")} inputmode="numeric" optional />
        <${Field} label="Price in ${shop.currency}" ...${part("price")} inputmode="decimal" />
      </div>
      ${onRemove && html`<p><button type="button" class="link" aria-label="Remove price ${index + 1}" onClick=${onRemove}>Remove</button></p>`}
    </fieldset>`;
}

function Rates({ rates, errors, onRates }) {
  const replaced = (index) => (rate) => onRates(rates.map((old, at) => (at === index ? rate : old)));
  return html`
    <section aria-labelledby="prices">
      <h3 id="prices">Prices</h3>
      <p class="hint">The first that fits holds, so the special ones come first. No weight given: any weight.</p>
      ${rates.map((rate, index) => html`
        <${Rate} key=${index} index=${index} rate=${rate} errors=${errors} onRate=${replaced(index)}
          onRemove=${rates.length > 1 && (() => onRates(rates.filter((_, at) => at !== index)))} />`)}
      <p><button type="button" class="button button-quiet" onClick=${() => onRates([...rates, NO_RATE])}>Add a price</button></p>
    </section>`;
}

/** Without a `method` a new one. */
export function MethodForm({ method, onDone, onCancel }) {
  const [values, setValues] = useState(() => valuesOf(method));
  const [found, setFound] = useState({});
  const form = useRef(null);
  useEffect(() => form.current.querySelector("input").focus(), []);
  const sending = useSending(async () => {
    await setShippingMethod(values.id.trim(), bodyOf(values), method);
    toast("Saved. It holds from now on.");
    await onDone();
  });
  const submit = (event) => {
    event.preventDefault();
    const wrong = mistakes(values);
    setFound(wrong);
    if (Object.keys(wrong).length) focusFirstError();
    else sending.send();
  };
  const errors = { ...sending.errors, ...found };
  const part = (name) => ({ name, value: values[name], error: errors[name], onValue: (text) => setValues({ ...values, [name]: text }), autocomplete: "off" });
  return html`
    <form class="stack panel" noValidate onSubmit=${submit} ref=${form} aria-label=${method ? `Change ${method.name}` : "New shipping method"}>
      <${SendingProblem} sending=${sending} places=${Object.keys(sending.errors).filter((field) => /^(name|countries|rates\[)/.test(field))} />
      <div class="fields">
        ${!method && html`<${Field} label="Id" ...${part("id")} maxlength="64" hint="Such as express. It never changes." />`}
        <${Field} label="Name" ...${part("name")} maxlength="100" hint="What customers read." />
        <${TextArea} label="Countries" ...${part("countries")} rows="2" hint="Codes of two letters, such as DE AT CH." wide />
      </div>
      <${Rates} rates=${values.rates} errors=${errors} onRates=${(rates) => setValues({ ...values, rates })} />
      <p class="actions">
        <${SendButton} sending=${sending}>Save<//>
        <button type="button" class="button button-quiet" onClick=${onCancel}>Cancel</button>
      </p>
    </form>`;
}
