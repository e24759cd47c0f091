/** Stars, and as many words as one likes. */
import { Field, TextArea } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { html, useState } from "../../view.js";

const NOTHING = { rating: null, title: "", text: "", author: "" };
/** What the shop shows where no name was given. */
const NOBODY = "A customer";

const valuesOf = (review) => (review
  ? { rating: review.rating, title: review.title, text: review.text, author: review.author === NOBODY ? "" : review.author }
  : NOTHING);

const StarChoice = ({ rating, onRating }) => html`
  <fieldset class="option">
    <legend>Your rating</legend>
    <div class="pills">
      ${[1, 2, 3, 4, 5].map((stars) => html`
        <label key=${stars} class="pill pill-star">
          <input type="radio" name="rating" value=${stars} required checked=${rating === stars} onChange=${() => onRating(stars)} />
          <span>${stars}<span class="visually-hidden"> ${stars === 1 ? "star" : "stars"}</span><span aria-hidden="true"> ★</span></span>
        </label>`)}
    </div>
  </fieldset>`;

const MESSAGES = {
  not_received: "Reviews are written by customers who have the product. Once yours is delivered, you can write one here.",
  review_exists: "You have reviewed this already, perhaps in another window.",
  version_mismatch: "You have changed this review in another window.",
};

export function ReviewForm({ review, save, onReload, onCancel }) {
  const [values, setValues] = useState(() => valuesOf(review));
  const sending = useSending(() => save(values));
  const part = (name) => ({ name, value: values[name], error: sending.errors[name], onValue: (text) => setValues({ ...values, [name]: text }) });
  return html`
    <form class="stack panel" onSubmit=${sending.send} aria-label="Your review">
      <h3>${review ? "Change your review" : "Write a review"}</h3>
      <${SendingProblem} sending=${sending} messages=${MESSAGES} places=${["title", "text", "author"]}>
        ${sending.problem?.status >= 409 && sending.problem.status <= 412 && html`
          <button type="button" class="button button-quiet" onClick=${onReload}>Load it</button>`}
      <//>
      <${StarChoice} rating=${values.rating} onRating=${(rating) => setValues({ ...values, rating })} />
      <${Field} label="In a few words" ...${part("title")} maxlength="120" optional />
      <${TextArea} label="What is it like?" ...${part("text")} maxlength="5000" rows="5" optional />
      <${Field} label="Your name, as others see it" ...${part("author")} maxlength="40" autocomplete="nickname" optional
        hint="Left empty, it is by “${NOBODY}”." />
      <p class="actions">
        <${SendButton} sending=${sending}>${review ? "Save it" : "Send it"}<//>
        <button type="button" class="button button-quiet" onClick=${onCancel}>Never mind</button>
      </p>
    </form>`;
}
