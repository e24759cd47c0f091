/** All products as a file, which an import takes as it is. */
import { findExport, startExport } from "../../api/transfer.js";
import { SendingProblem, useSending } from "../../parts/form.js";
import { html, useState } from "../../view.js";
import { useFollowing } from "./following.js";

const counts = new Intl.NumberFormat(navigator.language);

function Job({ job, onChanged }) {
  useFollowing(job, job.status === "running", () => findExport(job.id), onChanged);
  if (job.status === "running") {
    return html`<p role="status"><span class="loading"><span class="spinner" aria-hidden="true"></span>${counts.format(job.rows)} rows so far…</span></p>`;
  }
  return html`
    <p role="status">The file is ready: <a href=${job.url} download>download ${counts.format(job.rows)} rows as ${job.format.toUpperCase()}</a>.
      The link is good for some hours.</p>`;
}

export function Exports() {
  const [job, setJob] = useState(null);
  const [format, setFormat] = useState("csv");
  const sending = useSending(async () => setJob(await startExport(format)));
  return html`
    <section aria-labelledby="export">
      <h2 id="export">Export</h2>
      <p class="muted">All products but the archived ones.</p>
      <form class="actions" onSubmit=${sending.send}>
        <label class="sort">As
          <select value=${format} onChange=${(event) => setFormat(event.currentTarget.value)}>
            <option value="csv">CSV, for spreadsheets</option><option value="jsonl">JSONL</option>
          </select>
        </label>
        <button class="button button-quiet" disabled=${sending.busy || job?.status === "running"}>Export</button>
      </form>
      <${SendingProblem} sending=${sending} />
      ${job && html`<${Job} job=${job} onChanged=${setJob} />`}
    </section>`;
}
