/** The next page of a list, added to what is there. */
import { html } from "../view.js";
import { SendButton, SendingProblem, useSending } from "./form.js";

/** `page` is {items, next_cursor}, `read(cursor)` answers the next one, `onMore` gets a function that adds it to what is there by then. */
export function LoadMore({ page, read, onMore }) {
  const sending = useSending(async () => {
    const next = await read(page.next_cursor);
    onMore(({ items }) => ({ items: [...items, ...next.items], next_cursor: next.next_cursor }));
  });
  return html`
    <${SendingProblem} sending=${sending} />
    ${page.next_cursor && html`
      <div class="more"><${SendButton} sending=${sending} type="button" kind="button-quiet" onClick=${sending.send}>Load more<//></div>`}`;
}
