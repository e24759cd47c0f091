/** The addresses of the account at checkout: chosen among, and added to. */
import { addAddress, listAddresses } from "../../api/account.js";
import { messageOf } from "../../api/messages.js";
import { isAccount, session } from "../../api/session.js";
import { addressLine, addressOf, filled, inOrder, sameAddress } from "../../parts/address.js";
import { toast } from "../../parts/toast.js";
import { html, useEffect, useState } from "../../view.js";
import { keepDraft, readDraft } from "./draft.js";

export const MOST_ADDRESSES = 50;

/** The kept addresses, the default first; null until they are known. Without them checkout goes on as for a guest. */
export function useAddressBook(user) {
  const [book, setBook] = useState(null);
  useEffect(() => {
    let over = false;
    const keep = (found) => !over && setBook(found);
    if (isAccount(user)) listAddresses().then((found) => keep(inOrder(found)), () => keep([]));
    else keep([]);
    return () => { over = true; };
  }, [user?.id]);
  return book;
}

/** The one that the draft's address was taken from, if it is still that. */
export const chosenFrom = (book, draft) => book?.find(({ id, ...kept }) => id === draft.saved && sameAddress(kept, draft.shipping));

/** With nothing typed yet, the default address is taken. */
export function useDefaultAddress(book, draft, change) {
  useEffect(() => {
    const untouched = draft.saved === null && !draft.shipping.name && !draft.shipping.line1;
    if (book?.length && untouched) change(taken(book[0]));
  }, [book]);
}

const taken = (address) => ({ saved: address.id, shipping: filled(address), keep: false });

const Choice = ({ name, checked, onChoose, children }) => html`
  <label class="choice"><input type="radio" name=${name} checked=${checked} onChange=${onChoose} /><span class="choice-text">${children}</span></label>`;

export function SavedAddresses({ book, draft, onChoose }) {
  if (!book.length) return null;
  const chosen = chosenFrom(book, draft);
  return html`
    <div class="choices choices-many" role="radiogroup" aria-label="Your addresses">
      ${book.map((address) => html`
        <${Choice} key=${address.id} name="saved_address" checked=${address === chosen} onChoose=${() => onChoose(taken(address))}>
          <span>${addressLine(address)}</span>${address.is_default && html`<span class="muted small">Default</span>`}
        <//>`)}
      <${Choice} name="saved_address" checked=${!chosen}
        onChoose=${() => onChoose({ saved: "", shipping: { ...filled({}), name: draft.shipping.name, country: draft.shipping.country } })}>
        <span>Another address</span>
      <//>
    </div>`;
}

export const KeepAddress = ({ keep, onKeep }) => html`
  <label class="check">
    <input type="checkbox" checked=${keep} onChange=${(event) => onKeep(event.currentTarget.checked)} />
    <span>Keep this address in my account</span>
  </label>`;

/** Once the order is there, so that it never stands in its way; and only once, since a lost answer may have kept it. */
export function keepAddress() {
  const draft = readDraft();
  if (!draft.keep || !isAccount(session.value?.user)) return;
  keepDraft({ ...draft, keep: false });
  addAddress(addressOf(draft.shipping)).then(
    () => toast("The address is in your account."),
    (problem) => toast(`The address could not be kept. ${messageOf(problem)}`),
  );
}
