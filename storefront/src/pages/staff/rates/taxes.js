/** The tax rate of a country: looked up, and for admins changed. */
import { findTaxRate, setTaxRate } from "../../../api/rates.js";
import { countryName, everyCountry } from "../../../countries.js";
import { shop } from "../../../config.js";
import { Field, Select } from "../../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../../parts/form.js";
import { Loaded } from "../../../parts/notice.js";
import { toast } from "../../../parts/toast.js";
import { useResource } from "../../../resource.js";
import { html, useState } from "../../../view.js";

const percents = new Intl.NumberFormat(navigator.language, { style: "percent", maximumFractionDigits: 2 });

const INCLUDED = [["true", "is part of the prices"], ["false", "is added to the prices"]];

/** "19" or "8.1" in percent as hundredths of one, or null. */
function bpsOf(text) {
  const match = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  const bps = match && Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return match && bps <= 10000 ? bps : null;
}

const rateText = (rate) => (rate
  ? `${percents.format(rate.rate_bps / 10000)}, which ${rate.inclusive ? INCLUDED[0][1] : INCLUDED[1][1]}.`
  : "No tax.");

function TaxForm({ country, rate, onChanged }) {
  const [text, setText] = useState(rate ? String(rate.rate_bps / 100) : "");
  const [inclusive, setInclusive] = useState(String(rate?.inclusive ?? true));
  const bps = bpsOf(text);
  const error = text && bps === null ? "A percentage from 0 to 100 such as 19 or 8.1, please." : null;
  const sending = useSending(async () => {
    onChanged(await setTaxRate(country, { rate_bps: bps, inclusive: inclusive === "true" }, rate));
    toast("Saved. It holds from now on.");
  });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${["rate_bps"]} />
      <div class="fields">
        <${Field} label="Tax in percent" name="rate_bps" inputmode="decimal" autocomplete="off" value=${text} onValue=${setText}
          error=${error ?? sending.errors.rate_bps} />
        <${Select} label="The tax" name="inclusive" value=${inclusive} onValue=${setInclusive} choices=${INCLUDED} />
      </div>
      <p><${SendButton} sending=${sending} disabled=${sending.busy || bps === null}>Save<//></p>
    </form>`;
}

function Rate({ country, admin }) {
  const rate = useResource(country, async () => ({ found: await findTaxRate(country) }));
  return html`
    <${Loaded} resource=${rate}>
      ${({ found }) => html`
        <p role="status"><strong>${countryName(country)}</strong>: ${rateText(found)}</p>
        ${admin && html`<${TaxForm} key=${country} country=${country} rate=${found} onChanged=${(changed) => rate.replace({ found: changed })} />`}`}
    <//>`;
}

export function Taxes({ admin }) {
  const [country, setCountry] = useState(new Intl.Locale(navigator.language).region ?? shop.country ?? "DE");
  return html`
    <section class="panel" aria-labelledby="taxes">
      <h2 id="taxes">Tax</h2>
      <${Select} label="Country that is sent to" name="tax-country" value=${country} onValue=${setCountry} choices=${everyCountry()} />
      <${Rate} country=${country} admin=${admin} />
    </section>`;
}
