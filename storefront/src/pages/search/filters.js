/** The ways to narrow a search: by category and by price, each with what it would leave. */
import { formatMoney } from "../../money.js";
import { html } from "../../view.js";
import { addressOf, without } from "./asked.js";

/** "below €10.00", "€10.00 to €25.00" or "€1,000.00 and more"; a band's end is the next one's beginning. */
export function bandText(min, max) {
  if (max === null) return `${formatMoney(min)} and more`;
  return min === null || min.amount === 0 ? `below ${formatMoney(max)}` : `${formatMoney(min)} to ${formatMoney(max)}`;
}

/** The API takes the highest price that still fits. */
const inBand = (asked, { min_price, max_price }) => ({
  ...without(asked, "min_price", "max_price"), min_price: min_price.amount, max_price: max_price ? max_price.amount - 1 : undefined,
});

/** Whether that is the band that was asked for. */
const isBand = (asked, band) => {
  const wanted = inBand({}, band);
  return Number(asked.min_price ?? -1) === wanted.min_price && Number(asked.max_price ?? -1) === (wanted.max_price ?? -1);
};

const Choice = ({ href, text, count, chosen }) => html`
  <li>
    <a class="facet" href=${href} aria-current=${chosen ? "true" : undefined}>
      <span>${text}</span> <span class="facet-count">${count}<span class="visually-hidden"> ${count === 1 ? "product" : "products"}</span></span>
    </a>
  </li>`;

const Group = ({ title, children }) => html`
  <div class="facets"><h2>${title}</h2><ul role="list" aria-label=${title}>${children}</ul></div>`;

export function Filters({ asked, facets }) {
  const rest = without(asked, "category");
  return html`
    ${facets.categories.length > 0 && html`
      <${Group} title="Category">
        ${facets.categories.map(({ id, slug, name, count }) => html`
          <${Choice} key=${id} text=${name} count=${count} chosen=${slug === asked.category}
            href=${addressOf(slug === asked.category ? rest : { ...asked, category: slug })} />`)}
      <//>`}
    ${facets.prices.length > 0 && html`
      <${Group} title="Price">
        ${facets.prices.map((band) => html`
          <${Choice} key=${band.min_price.amount} text=${bandText(band.min_price, band.max_price)} count=${band.count}
            chosen=${isBand(asked, band)}
            href=${addressOf(isBand(asked, band) ? without(asked, "min_price", "max_price") : inBand(asked, band))} />`)}
      <//>`}`;
}

/** Prices of an address that somebody wrote by hand need be no band of the shop. */
function priceText({ min_price, max_price }, currency) {
  const money = (amount) => (amount === undefined ? null : { amount: Number(amount), currency });
  return bandText(money(min_price) ?? money(0), money(max_price === undefined ? undefined : Number(max_price) + 1));
}

const Chosen = ({ text, href }) => html`
  <li><a class="chip chip-chosen" href=${href} aria-label="Remove the filter ${text}">${text} <span aria-hidden="true">×</span></a></li>`;

/** What narrows the search now, each to be taken away. */
export function ChosenFilters({ asked, facets, currency, categories }) {
  const known = [...(facets?.categories ?? []), ...categories].find(({ slug }) => slug === asked.category);
  const priced = asked.min_price !== undefined || asked.max_price !== undefined;
  if (!asked.category && !priced) return null;
  return html`
    <ul class="chips" role="list" aria-label="Chosen filters">
      ${asked.category && html`<${Chosen} text=${known?.name ?? asked.category} href=${addressOf(without(asked, "category"))} />`}
      ${priced && html`
        <${Chosen} text=${priceText(asked, currency)} href=${addressOf(without(asked, "min_price", "max_price"))} />`}
      ${asked.category && priced && html`<li><a href=${addressOf({ q: asked.q })} class="chip-all">Remove all filters</a></li>`}
    </ul>`;
}
