/** Parts of the shop that most visitors never open are fetched when they are. */
import { Loading, Notice } from "./parts/notice.js";
import { html, useEffect, useState } from "./view.js";

/** → a function from the name of a page in the module to the page. Browsers remember a failed import until they reload. */
export function later(load) {
  let loaded = null;
  return (name) => function Later(properties) {
    const [state, setState] = useState(loaded ? "there" : "waiting");
    useEffect(() => {
      if (!loaded) load().then((module) => { loaded = module; setState("there"); }, () => setState("failed"));
    }, []);
    if (loaded) return html`<${loaded[name]} ...${properties} />`;
    if (state === "waiting") return html`<${Loading} />`;
    return html`
      <${Notice} kind="problem">
        <p>This page could not be loaded. Check your connection and try again.</p>
        <button type="button" class="button button-quiet" onClick=${() => location.reload()}>Try again</button>
      <//>`;
  };
}
