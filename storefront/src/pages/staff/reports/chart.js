/** A bar for each day. All that it shows stands in the table as well, for those who do not see it. */
import { formatMoney } from "../../../money.js";
import { utcDayText } from "../../../times.js";
import { html } from "../../../view.js";

const HEIGHT = 160;
const STEP = 24;
const DAY_MS = 86_400_000;

/** Every day of the span with what was charged, also those on which nothing was. */
function everyDay(from, to, days) {
  const charged = Object.fromEntries(days.map(({ day, total }) => [day, total.amount]));
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.parse(from) + index * DAY_MS).toISOString().slice(0, 10);
    return { day, amount: charged[day] ?? 0 };
  });
}

function Bar({ index, day, amount, currency, most }) {
  const height = amount ? Math.max((amount / most) * HEIGHT, 2) : 0;
  return html`
    <g>
      <rect class="chart-ground" x=${index * STEP} y="0" width=${STEP} height=${HEIGHT} />
      <rect class="chart-bar" x=${index * STEP + 3} y=${HEIGHT - height} width=${STEP - 6} height=${height} />
      <title>${utcDayText(day)}: ${formatMoney({ amount, currency })}</title>
    </g>`;
}

export function Chart({ from, to, days, currency }) {
  const shown = everyDay(from, to, days);
  const most = Math.max(...shown.map(({ amount }) => amount));
  return html`
    <figure class="chart" aria-hidden="true">
      <p class="muted small">${formatMoney({ amount: most, currency })}</p>
      <svg viewBox="0 0 ${shown.length * STEP} ${HEIGHT}" preserveAspectRatio="none">${shown.map(({ day, amount }, index) => html`
        <${Bar} key=${day} ...${{ index, day, amount, currency, most }} />`)}</svg>
      <p class="chart-ends muted small"><span>${utcDayText(from)}</span><span>${utcDayText(to)}</span></p>
    </figure>`;
}
