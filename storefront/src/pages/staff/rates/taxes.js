/** The tax rates of all countries that have one, and for admins a form. */
import { listTaxRates, setTaxRate } from "../../../api/rates.js";
import { countryName, everyCountry } from "../../../countries.js";
import { Field, Select } from "../../../parts/field.js";
import { useFocusBack } from "../../../parts/focus.js";
import { SendButton, SendingProblem, useSending } from "../../../parts/form.js";
import { Loaded } from "../../../parts/notice.js";
import { toast } from "../../../parts/toast.js";
import { useResource } from "../../../resource.js";
import { html, useEffect, useRef, useState } from "../../../view.js";

const percents = new Intl.NumberFormat(navigator.language, { style: "percent", maximumFractionDigits: 2 });

const INCLUDED = [["true", "is part of the prices"], ["false", "is added to the prices"]];

/** "19" or "8.1" in percent as hundredths of one, or null. */
function bpsOf(text) {
  const match = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  const bps = match && Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return match && bps <= 10_000 ? bps : null;
}

/** `rate` is the one that is changed; without one it is that of a further country. */
function TaxForm({ rate, rates, onDone, onCancel }) {
  const [country, setCountry] = useState(rate?.country ?? "");
  const [text, setText] = useState(rate ? String(rate.rate_bps / 100) : "");
  const [inclusive, setInclusive] = useState(String(rate?.inclusive ?? true));
  const form = useRef(null);
  useEffect(() => form.current.querySelector("input, select").focus(), []);
  const bps = bpsOf(text);
  const error = text && bps === null ? "A percentage from 0 to 100 such as 19 or 8.1, please." : null;
  const others = everyCountry().filter(([code]) => !rates.some((one) => one.country === code));
  const sending = useSending(async () => {
    await setTaxRate(country, { rate_bps: bps, inclusive: inclusive === "true" }, rate);
    toast("Saved. It holds from now on.");
    await onDone();
  });
  const title = rate ? `Tax in ${countryName(country)}` : "Another country";
  return html`
    <form class="stack panel" onSubmit=${sending.send} ref=${form} aria-label=${title}>
      <h3>${title}</h3>
      <${SendingProblem} sending=${sending} places=${["rate_bps"]} />
      <div class="fields">
        ${!rate && html`<${Select} label="Country" name="tax-country" value=${country} onValue=${setCountry} choices=${[["", "Please choose"], ...others]} wide />`}
        <${Field} label="Tax in percent" name="rate_bps" inputmode="decimal" autocomplete="off" value=${text} onValue=${setText}
          error=${error ?? sending.errors.rate_bps} />
        <${Select} label="The tax" name="inclusive" value=${inclusive} onValue=${setInclusive} choices=${INCLUDED} />
      </div>
      <p class="actions">
        <${SendButton} sending=${sending} disabled=${sending.busy || bps === null || !country}>Save<//>
        <button type="button" class="button button-quiet" onClick=${onCancel}>Cancel</button>
      </p>
    </form>`;
}

const Row = ({ rate, admin, onEdit }) => html`
  <tr>
    <th scope="row">${admin
      ? html`<button type="button" class="link" aria-label="Change the tax in ${countryName(rate.country)}" onClick=${onEdit}>${countryName(rate.country)}</button>`
      : countryName(rate.country)}</th>
    <td>${percents.format(rate.rate_bps / 10_000)}</td>
    <td>${rate.inclusive ? "Included" : "On top"}</td>
  </tr>`;

const byName = (one, other) => countryName(one.country).localeCompare(countryName(other.country));

const Table = ({ rates, admin, onEdit }) => html`
  <div class="table-frame">
    <table>
      <caption class="visually-hidden">Tax rates by country</caption>
      <thead><tr><th scope="col">Country</th><th scope="col">Tax</th><th scope="col">In prices</th></tr></thead>
      <tbody>${[...rates].sort(byName).map((rate) => html`<${Row} key=${rate.country} rate=${rate} admin=${admin} onEdit=${() => onEdit(rate)} />`)}</tbody>
    </table>
  </div>`;

function List({ rates, admin, reload }) {
  const [open, setOpen] = useState(null);
  const button = useFocusBack(open);
  const done = async () => {
    await reload();
    setOpen(null);
  };
  if (open) return html`<${TaxForm} rate=${open.rate} rates=${rates} onDone=${done} onCancel=${() => setOpen(null)} />`;
  return html`
    ${admin && html`<p><button type="button" class="button button-quiet" ref=${button} onClick=${() => setOpen({ rate: null })}>Another country</button></p>`}
    <${Table} rates=${rates} admin=${admin} onEdit=${(rate) => setOpen({ rate })} />`;
}

export function Taxes({ admin }) {
  const rates = useResource("taxes", listTaxRates);
  return html`
    <section class="taxes" aria-labelledby="taxes">
      <h2 id="taxes">Tax</h2>
      <p class="muted">Where it goes to counts. Nothing is sent to a country without a rate.</p>
      <${Loaded} resource=${rates}>${(found) => html`<${List} rates=${found} admin=${admin} reload=${rates.reload} />`}<//>
    </section>`;
}
