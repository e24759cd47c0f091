/** Stars, with the same in words for those who do not see them. */
import { html } from "../view.js";

const STAR = "M12 2.6l2.9 5.9 6.5.9-4.7 4.6 1.1 6.5-5.8-3.1-5.8 3.1 1.1-6.5L2.6 9.4l6.5-.9z";

const row = [0, 1, 2, 3, 4].map((index) => html`<path key=${index} transform="translate(${index * 24} 0)" d=${STAR} />`);

const numbers = new Intl.NumberFormat(navigator.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const starsText = (rating) => `${Number.isInteger(rating) ? rating : numbers.format(rating)} out of 5 stars`;

/** The inner picture ends where the rating does. */
export const Stars = ({ rating, size = 20 }) => html`
  <svg class="stars" viewBox="0 0 120 24" width=${size * 5} height=${size} role="img" aria-label=${starsText(rating)}>
    <g class="stars-empty">${row}</g>
    <svg class="stars-full" width=${24 * rating} height="24">${row}</svg>
  </svg>`;

const reviews = (count) => `${count} ${count === 1 ? "review" : "reviews"}`;

/** "★★★★☆ 4.2 · 12 reviews"; nothing as long as there are none. */
export const Rating = ({ rating, href }) => rating?.count > 0 && html`
  <p class="rating">
    <${Stars} rating=${rating.average} />
    <span aria-hidden="true">${numbers.format(rating.average)}</span>
    <a href=${href}>${reviews(rating.count)}</a>
  </p>`;

/** How often each number of stars was given. */
export const Spread = ({ rating }) => html`
  <div class="spread">
    <p class="spread-average"><strong aria-hidden="true">${numbers.format(rating.average)}</strong>
      <${Stars} rating=${rating.average} /><span class="muted">${reviews(rating.count)}</span></p>
    <ul role="list">
      ${[5, 4, 3, 2, 1].map((stars) => html`
        <li key=${stars}>
          <span>${stars}<span class="visually-hidden"> ${stars === 1 ? "star" : "stars"}</span><span aria-hidden="true"> ★</span></span>
          <progress max=${rating.count} value=${rating.stars[stars - 1]} aria-hidden="true"></progress>
          <span class="muted">${rating.stars[stars - 1]}<span class="visually-hidden"> times</span></span>
        </li>`)}
    </ul>
  </div>`;
