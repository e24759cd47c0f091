/** Adding a product with its variants; pictures follow once it exists. */
import { createProduct } from "../../api/catalog.js";
import { messageOf } from "../../api/messages.js";
import { shop } from "../../config.js";
import { fromDecimal } from "../../money.js";
import { Field, focusFirstError } from "../../parts/field.js";
import { Notice } from "../../parts/notice.js";
import { navigate } from "../../router.js";
import { html, useState } from "../../view.js";
import { Basics, FIRST_STATUSES } from "./basics.js";

const NO_VARIANT = { value: "", sku: "", price: "", stock: "0" };

const slugOf = (name) => name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");

const optionsOf = (option, variants) => (option ? [{ name: option, values: [...new Set(variants.map(({ value }) => value.trim()))] }] : []);

function bodyOf(values, option, variants) {
  return {
    ...values,
    options: optionsOf(option, variants),
    variants: variants.map(({ value, sku, price, stock }) => ({
      sku: sku.trim(),
      options: option ? { [option]: value.trim() } : {},
      price: { amount: fromDecimal(price, shop.currency), currency: shop.currency },
      stock: Number(stock),
    })),
  };
}

function badFields(variants) {
  const found = {};
  for (const [index, { price, stock }] of variants.entries()) {
    if (fromDecimal(price, shop.currency) === null) found[`variants[${index}].price.amount`] = "Please give an amount such as 19.90.";
    if (!/^\d{1,7}$/.test(stock.trim())) found[`variants[${index}].stock`] = "Please give a whole number.";
  }
  return found;
}

function Variant({ index, variant, option, errors, onVariant }) {
  const at = `variants[${index}]`;
  const part = (name, path = name) => ({
    name: `${at}.${path}`, value: variant[name], error: errors[`${at}.${path}`] ?? errors[`${at}.${name}`],
    onValue: (text) => onVariant({ ...variant, [name]: text }),
  });
  return html`
    <div class="fields fields-row">
      ${option && html`<${Field} label=${option} ...${part("value", `options.${option}`)} />`}
      <${Field} label="SKU" ...${part("sku")} />
      <${Field} label="Price in ${shop.currency}" ...${part("price", "price.amount")} inputmode="decimal" />
      <${Field} label="In stock" ...${part("stock")} inputmode="numeric" />
    </div>`;
}

export function NewProduct({ categories }) {
  const [values, setValues] = useState({ name: "", slug: "", description: "", status: "draft", category_ids: [] });
  const [option, setOption] = useState("");
  const [variants, setVariants] = useState([NO_VARIANT]);
  const [state, setState] = useState({ busy: false, problem: null, errors: {} });
  const change = (next) => setValues(values.slug === slugOf(values.name) ? { ...next, slug: slugOf(next.name) } : next);
  const create = async (event) => {
    event.preventDefault();
    const errors = badFields(variants);
    if (Object.keys(errors).length) {
      setState({ busy: false, problem: null, errors });
      return focusFirstError();
    }
    setState({ busy: true, problem: null, errors: {} });
    try {
      const { body } = await createProduct(bodyOf(values, option.trim(), variants));
      return navigate(`/staff/products/${body.id}`, { replace: true });
    } catch (problem) {
      setState({ busy: false, problem, errors: problem.fields });
      return focusFirstError();
    }
  };
  const replaced = (index) => (variant) => setVariants(variants.map((old, at) => (at === index ? variant : old)));
  return html`
    <form class="stack" noValidate onSubmit=${create}>
      <h1>New product</h1>
      ${state.problem && html`<${Notice} kind="problem"><p>${messageOf(state.problem)}</p><//>`}
      <${Basics} values=${values} onValues=${change} errors=${state.errors} categories=${categories}
        statuses=${FIRST_STATUSES} />
      <section aria-labelledby="variants">
        <h2 id="variants">Variants</h2>
        <${Field} label="They differ in" name="options[0].name" value=${option} onValue=${setOption} optional
          hint="Such as Colour or Size. Leave it empty if there is only one." error=${state.errors["options[0].name"]} />
        ${variants.map((variant, index) => html`
          <${Variant} key=${index} ...${{ index, variant, errors: state.errors }} option=${option.trim()} onVariant=${replaced(index)} />`)}
        ${option.trim() && html`
          <button type="button" class="button button-quiet" onClick=${() => setVariants([...variants, NO_VARIANT])}>Add a variant</button>`}
      </section>
      <p><button class="button button-large" disabled=${state.busy}>${state.busy ? "Saving…" : "Create product"}</button></p>
    </form>`;
}
