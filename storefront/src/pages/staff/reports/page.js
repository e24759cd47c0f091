/** What was sold, day by day. The span is in the address. */
import { readSales } from "../../../api/reports.js";
import { formatMoney } from "../../../money.js";
import { DayField } from "../../../parts/day-field.js";
import { Loaded, Notice } from "../../../parts/notice.js";
import { useResource } from "../../../resource.js";
import { navigate } from "../../../router.js";
import { utcDayText } from "../../../times.js";
import { html } from "../../../view.js";
import { Chart } from "./chart.js";

const DAY_MS = 86_400_000;

/** Days are those of UTC, as the shop counts them. */
const utcDay = (time) => new Date(time).toISOString().slice(0, 10);

const spanIn = (query) => ({
  from: query.get("from") ?? utcDay(Date.now() - 29 * DAY_MS), to: query.get("to") ?? utcDay(Date.now()),
});

const show = (span) => navigate(`/staff/sales?${new URLSearchParams(span)}`, { replace: true });

const Span = ({ span, errors }) => html`
  <div class="filter-row">
    <${DayField} label="From" name="from" value=${span.from} max=${span.to} error=${errors.from}
      onValue=${(from) => from && show({ ...span, from })} />
    <${DayField} label="To" name="to" value=${span.to} min=${span.from} error=${errors.to}
      onValue=${(to) => to && show({ ...span, to })} />
  </div>`;

const COLUMNS = [["total", "Charged"], ["gross", "Goods"], ["discounts", "Discounts"], ["shipping", "Shipping"], ["tax", "Tax"], ["refunds", "Refunds"], ["net", "Left"]];

const Figures = ({ of }) => html`
  <td>${of.orders}</td><td>${of.units}</td>${COLUMNS.map(([name]) => html`<td key=${name}>${formatMoney(of[name])}</td>`)}`;

const Table = ({ days, sum }) => html`
  <div class="table-frame" role="region" aria-label="Table of sales" tabindex="0">
    <table class="figures">
      <caption class="visually-hidden">Sales by day, newest first</caption>
      <thead><tr><th scope="col">Day</th><th scope="col">Orders</th><th scope="col">Units</th>
        ${COLUMNS.map(([name, text]) => html`<th key=${name} scope="col">${text}</th>`)}</tr></thead>
      <tbody>${[...days].reverse().map((day) => html`
        <tr key=${day.day}><th scope="row">${utcDayText(day.day)}</th><${Figures} of=${day} /></tr>`)}</tbody>
      <tfoot><tr><th scope="row">In all</th><${Figures} of=${sum} /></tr></tfoot>
    </table>
  </div>`;

function Currency({ sum, report, alone }) {
  const days = report.items.filter(({ currency }) => currency === sum.currency);
  return html`
    <section aria-label="Sales in ${sum.currency}">
      ${!alone && html`<h2>${sum.currency}</h2>`}
      <${Chart} from=${report.from} to=${report.to} days=${days} currency=${sum.currency} />
      <${Table} days=${days} sum=${sum} />
    </section>`;
}

function Sales({ report }) {
  const { sums } = report;
  if (!sums.length) return html`<${Notice}><p>Nothing was sold in these days.</p><//>`;
  return sums.map((sum) => html`<${Currency} key=${sum.currency} sum=${sum} report=${report} alone=${sums.length === 1} />`);
}

export function SalesReport({ query }) {
  const span = spanIn(query);
  const sales = useResource(JSON.stringify(span), () => readSales(span.from, span.to));
  const errors = sales.problem?.fields ?? {};
  return html`
    <h1>Sales</h1>
    <${Span} span=${span} errors=${errors} />
    <p class="muted small">Days begin at midnight UTC. An order counts on the day it was confirmed, a refund on the day it was made.</p>
    ${!errors.from && !errors.to && html`<${Loaded} resource=${sales}>${(found) => html`<${Sales} report=${found} />`}<//>`}`;
}
