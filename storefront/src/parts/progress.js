/** How far an upload has come. */
import { html } from "../view.js";

export const Progress = ({ done }) => html`
  <p role="status">${done < 1 ? `Uploading, ${Math.round(done * 100)} %` : "Checking the picture…"}</p>
  <progress max="1" value=${done} aria-label="Upload">${Math.round(done * 100)} %</progress>`;
