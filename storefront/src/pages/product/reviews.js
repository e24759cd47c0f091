/** What customers say about a product. */
import { listReviews, SORTS } from "../../api/reviews.js";
import { LoadMore } from "../../parts/load-more.js";
import { Loaded } from "../../parts/notice.js";
import { Spread, Stars } from "../../parts/stars.js";
import { useResource } from "../../resource.js";
import { dateText } from "../../times.js";
import { html, useState } from "../../view.js";
import { OwnReview } from "./own-review.js";

export const ReviewText = ({ review }) => html`
  <${Stars} rating=${review.rating} size=${17} />
  ${review.title && html`<p><strong>${review.title}</strong></p>`}
  ${review.text && html`<p class="review-text">${review.text}</p>`}
  <p class="muted small">${review.author} · ${dateText(review.created_at)}${review.verified && " · has received it"}</p>
  ${review.reply && html`
    <div class="reply"><p class="small"><strong>The shop’s reply</strong></p><p class="review-text">${review.reply.text}</p></div>`}`;

function List({ productId, sort, turn }) {
  const reviews = useResource(`reviews ${productId} ${sort} ${turn}`, () => listReviews(productId, { sort }));
  return html`
    <${Loaded} resource=${reviews}>
      ${(page) => html`
        <ul class="reviews" role="list" aria-label="Reviews">
          ${page.items.map((review) => html`<li class="review" key=${review.id}><${ReviewText} review=${review} /></li>`)}
        </ul>
        <${LoadMore} page=${page} read=${(cursor) => listReviews(productId, { sort, cursor })} onMore=${reviews.replace} />`}
    <//>`;
}

const SortChoice = ({ sort, onSort }) => html`
  <label class="sort">Sort by
    <select value=${sort} onChange=${(event) => onSort(event.currentTarget.value)}>
      ${SORTS.map(([value, text]) => html`<option key=${value} value=${value} selected=${value === sort}>${text}</option>`)}
    </select>
  </label>`;

/** `onRated` is called when the product's rating may have changed; `writing` opens the form. */
export function Reviews({ product, writing, onRated }) {
  const [sort, setSort] = useState("newest");
  const [turn, setTurn] = useState(0);
  const { rating } = product;
  const changed = () => {
    setTurn(turn + 1);
    onRated();
  };
  return html`
    <section id="reviews" aria-labelledby="reviews-title">
      <div class="section-head">
        <h2 id="reviews-title">Reviews</h2>
        ${rating?.count > 1 && html`<${SortChoice} sort=${sort} onSort=${setSort} />`}
      </div>
      <div class="reviewed">
        <div class="stack">
          ${rating?.count > 0 ? html`<${Spread} rating=${rating} />` : html`<p class="muted">Nobody has reviewed this yet.</p>`}
          <${OwnReview} product=${product} writing=${writing} onChanged=${changed} />
        </div>
        ${rating?.count > 0 && html`<${List} productId=${product.id} sort=${sort} turn=${turn} />`}
      </div>
    </section>`;
}
