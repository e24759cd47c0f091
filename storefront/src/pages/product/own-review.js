/** The reader's own review: written once the product has arrived, changed and taken back at any time. */
import { changeReview, deleteReview, findOwnReview, writeReview } from "../../api/reviews.js";
import { isAccount, isStaff, session } from "../../api/session.js";
import { Notice, ProblemNotice } from "../../parts/notice.js";
import { Stars } from "../../parts/stars.js";
import { Sure } from "../../parts/sure.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { useStore } from "../../store.js";
import { html, useEffect, useRef, useState } from "../../view.js";
import { ReviewForm } from "./review-form.js";

const ASK_AGAIN = 5;
const ASK_AGAIN_MS = 2000;

const STATES = {
  pending: () => "We look at it before others see it.",
  rejected: ({ reason }) => `We do not show it${reason ? `: ${reason}` : "."} You can change it.`,
};

function Written({ review, onChange, onDeleted }) {
  const remove = async () => {
    await deleteReview(review);
    onDeleted();
    toast("Your review is deleted.");
  };
  return html`
    <div class="panel">
      <h3>Your review</h3>
      ${STATES[review.status] && html`<${Notice}><p>${STATES[review.status](review)}</p><//>`}
      <${Stars} rating=${review.rating} />
      ${review.title && html`<p><strong>${review.title}</strong></p>`}
      ${review.text && html`<p class="review-text">${review.text}</p>`}
      <div class="actions">
        <button type="button" class="button button-quiet" onClick=${onChange}>Change it</button>
        <${Sure} text="Delete it" question="Delete your review?" yes="Delete it" no="Keep it" work=${remove} />
      </div>
    </div>`;
}

const NotYet = () => html`
  <p class="muted">Reviews are written by customers who have the product. Once yours is delivered, you can write one here.</p>`;

/** `own` is the resource of {received, review}. */
function Customer({ product, own, writing, onChanged }) {
  const [open, setOpen] = useState(writing);
  const form = useRef(null);
  const { received, review } = own.data;
  const kept = (next) => {
    own.replace({ received: true, review: next });
    setOpen(false);
    onChanged();
  };
  useEffect(() => { if (writing && received) form.current?.scrollIntoView({ block: "start" }); }, [received]);
  const save = async (body) => {
    const saved = await (review ? changeReview(review, body) : writeReview(product.id, body));
    kept(saved);
    toast(saved.status === "published" ? "Thank you for your review." : "Thank you. We look at it before others see it.");
  };
  if (!received && !review) return html`<${NotYet} />`;
  if (open) return html`<div ref=${form}><${ReviewForm} review=${review} save=${save} onReload=${own.reload} onCancel=${() => setOpen(false)} /></div>`;
  if (review) return html`<${Written} review=${review} onChange=${() => setOpen(true)} onDeleted=${() => kept(null)} />`;
  return html`<p><button type="button" class="button" onClick=${() => setOpen(true)}>Write a review</button></p>`;
}

/** Who comes from a delivered order may be faster than the news of its delivery. */
function useAwaiting(own, writing) {
  const [times, setTimes] = useState(writing ? ASK_AGAIN : 0);
  useEffect(() => {
    if (!own.data || own.data.received || times === 0) return undefined;
    const timer = setTimeout(() => { setTimes(times - 1); own.reload(); }, ASK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [own.data]);
}

function Asked({ product, writing, onChanged, user }) {
  const own = useResource(`own ${product.id} ${user.id}`, () => findOwnReview(product.id));
  useAwaiting(own, writing);
  return html`
    ${own.problem && html`<${ProblemNotice} problem=${own.problem} retry=${own.reload} />`}
    ${own.data && html`<${Customer} ...${{ product, own, writing, onChanged }} />`}`;
}

export function OwnReview({ product, writing, onChanged }) {
  const user = useStore(session)?.user;
  if (isStaff(user)) return null;
  if (!isAccount(user)) {
    const then = encodeURIComponent(`/product/${product.slug}?review`);
    return html`<p class="muted">Do you have it? <a href="/login?then=${then}">Log in</a> to write a review.</p>`;
  }
  return html`<${Asked} ...${{ product, writing, onChanged, user }} />`;
}
