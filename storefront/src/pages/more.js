/** The end of a list: how much of it is shown, and the way to the rest. */
import { ProblemNotice } from "../parts/notice.js";
import { html, useState } from "../view.js";
import { loadMore } from "./listing-memory.js";

export function More({ listing, onMore }) {
  const [state, setState] = useState({ busy: false, problem: null });
  const more = async () => {
    setState({ busy: true, problem: null });
    try {
      onMore(await loadMore(listing));
      setState({ busy: false, problem: null });
    } catch (problem) {
      setState({ busy: false, problem });
    }
  };
  return html`
    <div class="more">
      ${(listing.cursor || !listing.facets) && html`<p class="muted" role="status">${listing.items.length} shown</p>`}
      ${state.problem && html`<${ProblemNotice} problem=${state.problem} />`}
      ${listing.cursor && html`
        <button type="button" class="button button-quiet" onClick=${more} disabled=${state.busy}>
          ${state.busy ? "Loading…" : "Load more"}
        </button>`}
    </div>`;
}
