/** The address book: kept addresses, one of them the default. */
import { addAddress, changeAddress, deleteAddress, listAddresses } from "../../api/account.js";
import { messageOf } from "../../api/messages.js";
import { everyCountry, likelyCountry } from "../../countries.js";
import { ADDRESS_PARTS, Address, AddressText, NO_ADDRESS, addressLine, addressOf, filled, inOrder } from "../../parts/address.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { Sure } from "../../parts/sure.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { html, useEffect, useRef, useState } from "../../view.js";

const MOST = 50;
const FULL = { limit_reached: `You can keep ${MOST} addresses. Delete one to add another.` };

/** A new address, or a change of one. The first one kept is the default in any case. */
function AddressForm({ address, onDone, onCancel }) {
  const countries = everyCountry();
  const [values, setValues] = useState(() => (address ? filled(address) : { ...NO_ADDRESS, country: likelyCountry(countries) }));
  const [isDefault, setDefault] = useState(false);
  const sending = useSending(async () => {
    const body = { ...addressOf(values), ...((isDefault || address?.is_default) && { is_default: true }) };
    await (address ? changeAddress(address, body) : addAddress(body));
    toast(address ? "The address is changed." : "The address is in your account.");
    await onDone();
  });
  const form = useRef(null);
  useEffect(() => form.current.querySelector("input").focus(), []);
  return html`
    <form class="stack panel" onSubmit=${sending.send} ref=${form} aria-label=${address ? "Change the address" : "New address"}>
      <h2>${address ? "Change the address" : "New address"}</h2>
      <${SendingProblem} sending=${sending} places=${[...ADDRESS_PARTS, "addresses"]} messages=${FULL}>
        ${sending.problem?.status === 412 && html`
          <button type="button" class="button button-quiet" onClick=${onDone}>Load it again</button>`}
      <//>
      <${Address} value=${values} onValue=${setValues} errors=${sending.errors} countries=${countries} />
      ${!address?.is_default && html`
        <label class="check">
          <input type="checkbox" checked=${isDefault} onChange=${(event) => setDefault(event.currentTarget.checked)} />
          <span>Suggest this address first at checkout</span>
        </label>`}
      <p class="actions">
        <${SendButton} sending=${sending}>Keep this address<//>
        <button type="button" class="button button-quiet" onClick=${onCancel}>Cancel</button>
      </p>
    </form>`;
}

function Entry({ address, onEdit, onChanged }) {
  const [problem, setProblem] = useState(null);
  const line = addressLine(address);
  const makeDefault = () => changeAddress(address, { ...addressOf(address), is_default: true }).then(onChanged, setProblem);
  const remove = async () => {
    await deleteAddress(address.id);
    await onChanged();
  };
  return html`
    <li class="panel entry">
      ${address.is_default && html`<p><span class="tag tag-confirmed">Default</span></p>`}
      <${AddressText} address=${address} />
      <div class="actions">
        <button type="button" class="link" aria-label="Change ${line}" onClick=${onEdit}>Change</button>
        ${!address.is_default && html`
          <button type="button" class="link" aria-label="Make default: ${line}" onClick=${makeDefault}>Make default</button>`}
        <${Sure} quiet text="Delete" label="Delete ${line}" question="Delete this address?" yes="Delete it" no="Keep it" work=${remove} />
      </div>
      ${problem && html`<p class="error" role="alert">${messageOf(problem)}</p>`}
    </li>`;
}

function Book({ addresses, onChanged }) {
  const [open, setOpen] = useState(null);
  const add = useRef(null);
  const closed = useRef(false);
  const close = () => {
    closed.current = true;
    setOpen(null);
  };
  const done = async () => {
    await onChanged();
    close();
  };
  useEffect(() => { if (open === null && closed.current) add.current?.focus(); }, [open]);
  if (open) return html`<${AddressForm} address=${open.address} onDone=${done} onCancel=${close} />`;
  const full = addresses.length >= MOST;
  return html`
    <div class="section-head">
      <p class="muted">${addresses.length ? `${addresses.length} of ${MOST} kept` : ""}</p>
      <button type="button" class="button" disabled=${full} ref=${add} onClick=${() => setOpen({ address: null })}>Add an address</button>
    </div>
    ${full && html`<${Notice}><p>${FULL.limit_reached}</p><//>`}
    ${!addresses.length && html`<${Notice}><p>No address is kept yet. Add one, and checkout fills it in for you.</p><//>`}
    <ul class="entries" role="list">
      ${addresses.map((address) => html`
        <${Entry} key=${address.id} address=${address} onEdit=${() => setOpen({ address })} onChanged=${onChanged} />`)}
    </ul>`;
}

export function AddressBook() {
  const book = useResource("addresses", listAddresses);
  return html`<${Loaded} resource=${book}>${(found) => html`<${Book} addresses=${inOrder(found)} onChanged=${book.reload} />`}<//>`;
}
