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

/** Shows what is there: the problem, the waiting, or the content drawn by `children(data)`. */
export function Loaded({ resource, children, what }) {
  if (resource.problem) return html`<${ProblemNotice} problem=${resource.problem} retry=${resource.reload} />`;
  if (resource.data === null) return html`<${Loading} what=${what} />`;
  return children(resource.data);
}
