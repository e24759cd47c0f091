/** Products from a file: how far it has come, and which of its rows could not be taken. */
import { findImport, formatOf, FORMATS, importFile, listImports, MOST_BYTES, readMistakes, startImport, stopImport } from "../../api/transfer.js";
import { fieldText } from "../../api/field-words.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { LoadMore } from "../../parts/load-more.js";
import { Loaded } from "../../parts/notice.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { momentText } from "../../times.js";
import { html, useRef, useState } from "../../view.js";
import { useFollowing } from "./following.js";

const SHOWN_MISTAKES = 50;

const ARRIVED = { upload_missing: "The file has not arrived. Please send it again." };

const counts = new Intl.NumberFormat(navigator.language);

const rows = (count) => `${counts.format(count)} ${count === 1 ? "row" : "rows"}`;

const unfit = (file) => {
  if (!formatOf(file)) return "Please choose a file that ends in .csv, .jsonl or .zip.";
  return file.size > MOST_BYTES ? "This file is larger than 200 MB." : null;
};

const Help = () => html`
  <details>
    <summary>What has to be in the file?</summary>
    <p class="hint">CSV: a row for each variant, with the columns slug, name, description, category_slugs, status, sku, option:Colour (or
      another name), price in minor units (1990 is 19.90), currency, stock, weight_g. JSONL: a product on each line, as the API takes it. ZIP: one of both as
      products.csv or products.jsonl, with pictures in the folder images. An export is a good example. A product that is there already
      is changed.</p>
  </details>`;

function UploadForm({ onStarted }) {
  const [error, setError] = useState(null);
  const [progress, setProgress] = useState(0);
  const input = useRef(null);
  const sending = useSending(async () => {
    const [file] = input.current.files;
    if (!file || unfit(file)) return;
    setProgress(0);
    onStarted(await importFile(file, setProgress));
    input.current.value = "";
    toast("The file is being read.");
  });
  const choose = (file) => {
    setError(file ? unfit(file) : null);
    sending.forget();
  };
  return html`
    <form class="stack upload" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} messages=${ARRIVED} />
      <div class="field ${error ? "field-bad" : ""}">
        <label for="import-file">File with products</label>
        <input id="import-file" type="file" accept=${FORMATS.map((format) => `.${format}`).join()} required ref=${input} disabled=${sending.busy}
          aria-describedby="import-hint ${error ? "import-error" : ""}" aria-invalid=${error ? "true" : undefined}
          onChange=${(event) => choose(event.currentTarget.files[0])} />
        <p class="hint" id="import-hint">CSV, JSONL or ZIP, 200 MB at most.</p>
        ${error && html`<p class="error" id="import-error" role="alert">${error}</p>`}
      </div>
      <${Help} />
      ${sending.busy && html`<progress max="1" value=${progress} aria-label="Upload"></progress>`}
      <p><${SendButton} sending=${sending} disabled=${sending.busy || error !== null}>Import<//></p>
    </form>`;
}

const Mistake = ({ mistake }) => html`
  <tr><td>${mistake.line}</td><td class="long">${mistake.slug ?? ""}</td><td>${mistake.field ?? ""}</td><td>${fieldText(mistake)}</td></tr>`;

function Mistakes({ job }) {
  const mistakes = useResource(job.id, () => readMistakes(job.errors_url, SHOWN_MISTAKES));
  if (mistakes.problem) return html`<p><a href=${job.errors_url}>The rows that could not be taken</a></p>`;
  return mistakes.data && html`
    <div class="table-frame">
      <table>
        <caption class="visually-hidden">Rows that could not be taken</caption>
        <thead><tr><th scope="col">Line</th><th scope="col">Product</th><th scope="col">Field</th><th scope="col">What is wrong</th></tr></thead>
        <tbody>${mistakes.data.map((mistake, index) => html`<${Mistake} key=${index} mistake=${mistake} />`)}</tbody>
      </table>
    </div>
    <p class="small">${mistakes.data.length === SHOWN_MISTAKES && `The first ${SHOWN_MISTAKES} are shown. `}
      <a href=${job.errors_url} download>All of them, as a file</a></p>`;
}

const stopped = ({ status, progress }) => status === "waiting" && progress > 0;

const ACTIONS = { waiting: "Start", running: "Stop" };

const WORDS = { waiting: "Not started", running: "Running", done: "Done", failed: "Not readable" };

const saidOf = (job) => [
  (job.rows > 0 || job.status === "done") && `${counts.format(job.done)} of ${rows(job.rows)} done`,
  job.failed > 0 && `${counts.format(job.failed)} could not be taken`,
].filter(Boolean).join(", ");

function Controls({ job, onChanged }) {
  const sending = useSending(async () => onChanged(await (job.status === "running" ? stopImport : startImport)(job.id)));
  if (!(job.status in ACTIONS)) return null;
  return html`
    <${SendingProblem} sending=${sending} messages=${ARRIVED} />
    <p><${SendButton} sending=${sending} type="button" kind="button-quiet" onClick=${sending.send}>${stopped(job) ? "Go on" : ACTIONS[job.status]}<//></p>`;
}

function Entry({ job, open, onChanged }) {
  useFollowing(job, job.status === "running", () => findImport(job.id), onChanged);
  const title = `${job.format.toUpperCase()}, ${momentText(job.created_at)}`;
  return html`
    <li class="panel">
      <div class="section-head">
        <h2>${title}</h2>
        <span class="tag tag-${job.status}">${stopped(job) ? "Stopped" : WORDS[job.status]}</span>
      </div>
      ${job.status === "running" && html`<progress max="1" value=${job.progress} aria-label="Import of ${title}"></progress>`}
      <p role="status">${saidOf(job)}</p>
      ${job.problem && html`<p class="error">${job.problem.message}</p>`}
      ${job.errors_url && job.status !== "running" && html`
        <details open=${open}><summary>Rows that could not be taken</summary><${Mistakes} job=${job} /></details>`}
      <${Controls} job=${job} onChanged=${onChanged} />
    </li>`;
}

/** `page` with the import as it now is, a new one first. */
const withImport = (page, job) => (page.items.some(({ id }) => id === job.id)
  ? { ...page, items: page.items.map((one) => (one.id === job.id ? job : one)) }
  : { ...page, items: [job, ...page.items] });

export function Imports() {
  const imports = useResource("imports", () => listImports());
  const onChanged = (job) => (imports.data ? imports.replace((page) => withImport(page, job)) : imports.reload());
  return html`
    <section aria-labelledby="import">
      <h2 id="import">Import</h2>
      <${UploadForm} onStarted=${onChanged} />
      <${Loaded} resource=${imports}>
        ${(page) => html`
          <ul class="imports" role="list" aria-label="Imports">
            ${page.items.map((job, index) => html`
              <${Entry} key=${job.id} job=${job} open=${index === 0} onChanged=${onChanged} />`)}
          </ul>
          <${LoadMore} page=${page} read=${listImports} onMore=${imports.replace} />`}
      <//>
    </section>`;
}
