/** Editing a product: its text, its stock, its pictures. */
import { editProduct, readProduct } from "../../api/catalog.js";
import { messageOf } from "../../api/messages.js";
import { useBase } from "../../parts/base.js";
import { focusFirstError } from "../../parts/field.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { html, useState } from "../../view.js";
import { Basics } from "./basics.js";
import { Pictures } from "./pictures.js";
import { Stock } from "./stock.js";

const valuesOf = ({ name, slug, description, status, categories }) =>
  ({ name, slug, description: description ?? "", status, category_ids: categories.map(({ id }) => id) });

/** Only what was changed is sent. */
function changesOf(values, product) {
  const before = valuesOf(product);
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

function Details({ product, categories, onSaved, onReload }) {
  const base = useBase(product, valuesOf);
  const [values, setValues] = useState(() => valuesOf(product));
  const [state, setState] = useState({ busy: false, problem: null });
  const save = async (event) => {
    event.preventDefault();
    const changes = changesOf(values, base.current);
    if (!Object.keys(changes).length) return toast("There is nothing to save.");
    setState({ busy: true, problem: null });
    try {
      base.current = (await editProduct(product.id, base.current.version, changes)).body;
      onSaved(base.current);
      setState({ busy: false, problem: null });
      return toast("Saved.");
    } catch (problem) {
      setState({ busy: false, problem });
      return focusFirstError();
    }
  };
  return html`
    <form class="stack" noValidate onSubmit=${save}>
      ${state.problem && html`
        <${Notice} kind="problem">
          <p>${messageOf(state.problem)}</p>
          ${state.problem.status === 412 && html`
            <button type="button" class="button button-quiet" onClick=${onReload}>Load it again</button>`}
        <//>`}
      <${Basics} values=${values} onValues=${setValues} errors=${state.problem?.fields ?? {}} categories=${categories} />
      <p class="actions">
        <button class="button" disabled=${state.busy}>${state.busy ? "Saving…" : "Save"}</button>
        ${product.status === "active" && html`<a class="button button-quiet" href="/product/${product.slug}">See it in the shop</a>`}
      </p>
    </form>`;
}

export function Editor({ id, categories }) {
  const product = useResource(id, async () => (await readProduct(id)).body);
  const [turn, setTurn] = useState(0);
  const reload = async () => {
    await product.reload();
    setTurn(turn + 1);
  };
  return html`
    <${Loaded} resource=${product}>
      ${(found) => html`
        <h1>${found.name}</h1>
        <div class="split split-even">
          <${Details} key=${turn} product=${found} categories=${categories} onSaved=${product.replace} onReload=${reload} />
          <div class="steps">
            <${Pictures} product=${found} onChanged=${product.reload} onRead=${product.replace} />
            <${Stock} variants=${found.variants} />
          </div>
        </div>`}
    <//>`;
}
