/** A framed part of a page, under its own heading. */
import { html } from "../../view.js";

export const Panel = ({ id, title, children }) => html`<section class="panel" aria-labelledby=${id}><h2 id=${id}>${title}</h2>${children}</section>`;
