/** A bar for each day. What it shows stands in the table as well, so readers of the page without eyes lose nothing. */
import { formatMoney } from "../../../money.js";
import { dayText } from "../../../times.js";
import { html } from "../../../view.js";

const HEIGHT = 160;
const STEP = 24;

function Bar({ day, index, most }) {
  const height = most ? Math.max((day.total.amount / most) * HEIGHT, day.total.amount ? 2 : 0) : 0;
  return html`
    <g>
      <rect class="chart-ground" x=${index * STEP} y="0" width=${STEP} height=${HEIGHT} />
      <rect class="chart-bar" x=${index * STEP + 3} y=${HEIGHT - height} width=${STEP - 6} height=${height} rx="2" />
      <title>${dayText(day.day)}: ${formatMoney(day.total)}</title>
    </g>`;
}

/** `days` are {day, total}, oldest first, all in one currency. */
export function Chart({ days }) {
  const most = Math.max(...days.map(({ total }) => total.amount));
  const width = days.length * STEP;
  return html`
    <figure class="chart" aria-hidden="true">
      <p class="muted small">${formatMoney({ ...days[0].total, amount: most })}</p>
      <svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none">${days.map((day, index) => html`
        <${Bar} key=${day.day} day=${day} index=${index} most=${most} />`)}</svg>
      <p class="chart-ends muted small"><span>${dayText(days[0].day)}</span><span>${dayText(days[days.length - 1].day)}</span></p>
    </figure>`;
}
