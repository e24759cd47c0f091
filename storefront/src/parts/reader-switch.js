/** The choice of currency and language, where there is one. */
import { CURRENCIES, LOCALES, readAs, reader } from "../api/reader.js";
import { html } from "../view.js";

const Choice = ({ label, value, choices, onChoose }) => choices.length > 1 && html`
  <label class="sort">${label}
    <select value=${value} onChange=${(event) => onChoose(event.currentTarget.value)}>
      ${choices.map(([choice, text]) => html`<option key=${choice} value=${choice} selected=${choice === value}>${text}</option>`)}
    </select>
  </label>`;

export const ReaderSwitch = () => html`
  <${Choice} label="Prices in" value=${reader.currency} choices=${CURRENCIES.map((code) => [code, code])}
    onChoose=${(currency) => readAs({ currency })} />
  <${Choice} label="Language" value=${reader.locale} choices=${LOCALES} onChoose=${(locale) => readAs({ locale })} />`;
