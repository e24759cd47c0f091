/** Messages to the reader: a box on the page, and the states of something being loaded. */
import { messageOf } from "../api/messages.js";
import { html } from "../view.js";

/** kind: "problem" is announced at once, "info" and "good" when the reader is idle. */
export function Notice({ kind = "info", title, children, id }) {
  return html`
    <div class="notice notice-${kind}" role=${kind === "problem" ? "alert" : "status"} id=${id} tabindex="-1">
      ${title && html`<p class="notice-title">${title}</p>`}
      ${children}
    </div>`;
}

export function ProblemNotice({ problem, retry, children }) {
  return html`
    <${Notice} kind="problem">
      <p>${messageOf(problem)}</p>
      ${children}
      ${retry && html`<button type="button" class="button button-quiet" onClick=${retry}>Try again</button>`}
    <//>`;
}

export const Loading = ({ what = "Loading" }) =>
  html`<p class="loading" role="status"><span class="spinner" aria-hidden="true"></span>${what}…</p>`;

/** Shows what is there: the problem, the waiting, or the content drawn by `children(data)`, which a problem does not take away. */
export function Loaded({ resource: { data, problem, reload }, children, what }) {
  if (data === null && !problem) return html`<${Loading} what=${what} />`;
  return html`
    ${problem && html`<${ProblemNotice} problem=${problem} retry=${reload} />`}
    ${data !== null && children(data)}`;
}
