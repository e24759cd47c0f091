/** Reviews that wait to be looked at, and what became of the others. */
import { publishReview, rejectReview, replyToReview, reviewsBy } from "../../api/reviews.js";
import { TextArea } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { LoadMore } from "../../parts/load-more.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { html, useState } from "../../view.js";
import { ReviewText } from "../product/reviews.js";

const STATUSES = [["pending", "Waiting"], ["published", "Published"], ["rejected", "Rejected"]];

function Words({ review, label, hint, text: before = "", button, optional = false, work, onDone }) {
  const [text, setText] = useState(before);
  const sending = useSending(async () => onDone(await work(text.trim())));
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${["reason", "text"]} />
      <${TextArea} label=${label} name="words-${review.id}" value=${text} onValue=${setText} rows="3" hint=${hint} optional=${optional}
        error=${sending.errors.reason ?? sending.errors.text} />
      <p class="actions">
        <${SendButton} sending=${sending}>${button}<//>
        <button type="button" class="button button-quiet" onClick=${() => onDone(null)}>Never mind</button>
      </p>
    </form>`;
}

function Judging({ review, onChanged }) {
  const [open, setOpen] = useState(null);
  const done = (said) => (changed) => {
    setOpen(null);
    if (!changed) return;
    onChanged(changed);
    toast(said);
  };
  const publishing = useSending(async () => done("The review is published.")(await publishReview(review)));
  if (open === "reject") {
    return html`<${Words} review=${review} label="Why?" hint="Its author is told." button="Reject it" onDone=${done("The review is rejected.")}
      work=${(reason) => rejectReview(review, { reason })} />`;
  }
  if (open === "reply") {
    return html`<${Words} review=${review} label="The shop’s reply" text=${review.reply?.text} button="Reply" optional
      hint="Everybody sees it. Left empty, there is none." onDone=${done("The reply is saved.")}
      work=${(text) => replyToReview(review, text || null)} />`;
  }
  return html`
    <${SendingProblem} sending=${publishing} />
    <p class="actions">
      ${review.status !== "published" && html`<${SendButton} sending=${publishing} type="button" onClick=${publishing.send}>Publish<//>`}
      ${review.status !== "rejected" && html`<button type="button" class="button button-quiet" onClick=${() => setOpen("reject")}>Reject</button>`}
      <button type="button" class="button button-quiet" onClick=${() => setOpen("reply")}>Reply</button>
      <a href="/staff/products/${review.product_id}">Product</a>
    </p>`;
}

/** One that was judged stays where it is until the list is loaded again. */
const Entry = ({ review, onChanged }) => html`
  <li class="panel review">
    <p><span class="tag tag-${review.status}">${STATUSES.find(([value]) => value === review.status)?.[1]}</span></p>
    <${ReviewText} review=${review} />
    ${review.reason && html`<p class="small">Rejected because: ${review.reason}</p>`}
    <${Judging} review=${review} onChanged=${onChanged} />
  </li>`;

export function ReviewTable() {
  const [status, setStatus] = useState("pending");
  const reviews = useResource(status, () => reviewsBy(status));
  const onChanged = (changed) =>
    reviews.replace((page) => ({ ...page, items: page.items.map((one) => (one.id === changed.id ? changed : one)) }));
  return html`
    <h1>Reviews</h1>
    <label class="sort">Show
      <select value=${status} onChange=${(event) => setStatus(event.currentTarget.value)}>
        ${STATUSES.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
      </select>
    </label>
    <${Loaded} resource=${reviews}>
      ${(page) => (page.items.length ? html`
        <ul class="reviews" role="list" aria-label="Reviews">
          ${page.items.map((review) => html`<${Entry} key=${review.id} review=${review} onChanged=${onChanged} />`)}
        </ul>
        <${LoadMore} page=${page} read=${(cursor) => reviewsBy(status, cursor)} onMore=${reviews.replace} />`
        : html`<${Notice}><p>There are none.</p><//>`)}
    <//>`;
}
