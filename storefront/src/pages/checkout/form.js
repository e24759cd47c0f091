/** The checkout form with its live summary. */
import { isAccount, session } from "../../api/session.js";
import { messageOf } from "../../api/messages.js";
import { likelyCountry } from "../../countries.js";
import { formatMoney } from "../../money.js";
import { Address } from "../../parts/address.js";
import { Field, focusFirstError } from "../../parts/field.js";
import { Loading, Notice, ProblemNotice } from "../../parts/notice.js";
import { useStore } from "../../store.js";
import { html, useEffect, useState } from "../../view.js";
import { Warnings } from "../cart.js";
import { openAttempt } from "./attempt.js";
import { countryChoices, methodsFor } from "./countries.js";
import { Discount } from "./discount.js";
import { keepDraft, missing, readDraft } from "./draft.js";
import { Methods } from "./methods.js";
import { Payment } from "./payment.js";
import { useQuote } from "./quote.js";
import { Refusal } from "./refusal.js";
import { KeepAddress, MOST_ADDRESSES, SavedAddresses, chosenFrom, useAddressBook, useDefaultAddress } from "./saved.js";
import { orderFrom, useSubmission } from "./submission.js";
import { Summary } from "./summary.js";

/** A method that goes to the chosen country stays chosen; otherwise the first one that does is. */
function withMethod(draft, methods) {
  const offered = methodsFor(methods, draft.shipping.country);
  if (offered.some(({ id }) => id === draft.method)) return draft;
  return { ...draft, method: draft.shipping.country && offered.length ? offered[0].id : "" };
}

function useDraft(methods, countries) {
  const [draft, setDraft] = useState(() => {
    const kept = readDraft();
    const country = kept.shipping.country || likelyCountry(countries);
    return withMethod({ ...kept, shipping: { ...kept.shipping, country } }, methods);
  });
  const change = (part) => setDraft((now) => {
    const next = withMethod({ ...now, ...part }, methods);
    keepDraft(next);
    return next;
  });
  return [draft, change];
}

const isAboutDiscount = (problem) => /^discount_/.test(problem?.code ?? "");

/** A refused code is taken off, so that the total is there again, and said to be refused. Each of both can refuse one. */
function useDiscountError(quoteProblem, orderProblem, change) {
  const [error, setError] = useState(null);
  const look = (problem) => {
    if (!isAboutDiscount(problem)) return;
    setError(messageOf(problem));
    change({ code: "" });
  };
  useEffect(() => look(quoteProblem), [quoteProblem]);
  useEffect(() => look(orderProblem), [orderProblem]);
  return [error, setError];
}

const Contact = ({ email, error, onEmail }) => html`
  <section aria-labelledby="contact">
    <div class="section-head"><h2 id="contact">Contact</h2><a href="/login?then=/checkout">Log in</a></div>
    <${Field} label="E-mail address" name="email" type="email" autocomplete="email" maxlength="254" value=${email}
      error=${error} hint="For your confirmation. No account needed." onValue=${onEmail} />
  </section>`;

const SameAddress = ({ separate, onSeparate }) => html`
  <label class="check">
    <input type="checkbox" checked=${!separate} onChange=${(event) => onSeparate(!event.currentTarget.checked)} />
    <span>The bill goes to the same address</span>
  </label>`;

/** Fields, unless one of the kept addresses is chosen. */
function ShippingAddress({ draft, edit, errors, countries, book }) {
  if (chosenFrom(book, draft)) return null;
  return html`
    <${Address} prefix="shipping_address." purpose="shipping" value=${draft.shipping} errors=${errors} countries=${countries}
      onValue=${(shipping, field) => edit({ shipping }, field)} />
    ${isAccount(session.value?.user) && book.length < MOST_ADDRESSES && html`<${KeepAddress} keep=${draft.keep} onKeep=${(keep) => edit({ keep })} />`}`;
}

function Delivery({ draft, edit, errors, methods, countries, book, subtotal, quoted }) {
  return html`
    <section aria-labelledby="delivery">
      <h2 id="delivery">Delivery address</h2>
      <${SavedAddresses} book=${book} draft=${draft} onChoose=${(part) => edit(part)} />
      <${ShippingAddress} ...${{ draft, edit, errors, countries, book }} />
      <${SameAddress} separate=${draft.separateBilling} onSeparate=${(separateBilling) => edit({ separateBilling })} />
    </section>
    ${draft.separateBilling && html`
      <section aria-labelledby="billing">
        <h2 id="billing">Billing address</h2>
        <${Address} prefix="billing_address." purpose="billing" value=${draft.billing} errors=${errors} countries=${countries}
          onValue=${(billing, field) => edit({ billing }, field)} />
      </section>`}
    <${Methods} methods=${methodsFor(methods, draft.shipping.country)} chosen=${draft.method} error=${errors.shipping_method}
      country=${draft.shipping.country} subtotal=${subtotal} quoted=${quoted} onChoose=${(method) => edit({ method }, "shipping_method")} />`;
}

const PaymentPart = ({ total, card, onCard, error }) => html`
  <section aria-labelledby="payment">
    <h2 id="payment">Payment</h2>
    ${total?.amount === 0
      ? html`<p>There is nothing to pay.</p>`
      : html`<${Payment} chosen=${card} onChoose=${onCard} error=${error} />`}
  </section>`;

/** What stands in the way of a total, unless it is said beside a field. */
function QuoteProblem({ quoted }) {
  const { problem } = quoted;
  if (!problem || isAboutDiscount(problem) || Object.keys(problem.fields).length) return null;
  return html`<${ProblemNotice} problem=${problem} retry=${quoted.ask} />`;
}

export function CheckoutForm({ cart, methods, refused, onPlaced, onBank }) {
  const countries = countryChoices(methods);
  const [draft, change] = useDraft(methods, countries);
  const [card, setCard] = useState("pm_card_visa");
  const [errors, setErrors] = useState({});
  const user = useStore(session)?.user;
  const asksEmail = !isAccount(user);
  const book = useAddressBook(user);
  useDefaultAddress(book, draft, change);
  const quoted = useQuote(draft, cart.version);
  const onFields = (problem) => {
    setErrors(problem.fields);
    if (Object.keys(problem.fields).some((field) => field.startsWith("shipping_address."))) change({ saved: "" });
  };
  const submission = useSubmission({ refused, quoted, onPlaced, onBank, onFields });
  const { busy, problem, mended } = submission;
  const [discountError, setDiscountError] = useDiscountError(quoted.problem, problem, change);

  useEffect(() => {
    if ((problem || mended) && !document.querySelector("[aria-invalid=true]")) document.getElementById("refusal")?.focus();
  }, [problem, mended]);

  const edit = (part, field) => {
    change(part);
    setErrors(({ [field]: _, shipping_method: __, ...others }) => others);
  };
  const send = () => submission.send(orderFrom(draft, cart, quoted.quote, card, asksEmail));
  const again = () => submission.send(openAttempt()?.body ?? orderFrom(draft, cart, quoted.quote, card, asksEmail));
  const submit = (event) => {
    event.preventDefault();
    const found = missing(draft, asksEmail);
    setErrors(found);
    if (Object.keys(found).length) focusFirstError();
    else if (quoted.quote && !quoted.busy && !busy) send();
  };
  const shown = { ...quoted.problem?.fields, ...errors };

  if (!book) return html`<h1>Checkout</h1><${Loading} />`;
  return html`
    <h1>Checkout</h1>
    <${Warnings} current=${cart} />
    ${problem && !isAboutDiscount(problem) && html`<${Refusal} problem=${problem} cart=${cart} again=${again} onMended=${submission.mend} />`}
    ${mended && html`<${Notice} kind="good" id="refusal"><p>${mended}</p><//>`}
    <form class="split" noValidate onSubmit=${submit}>
      <div class="steps">
        ${asksEmail && html`<${Contact} email=${draft.email} error=${shown.email} onEmail=${(email) => edit({ email }, "email")} />`}
        <${Delivery} ...${{ draft, edit, methods, countries, book, quoted }} subtotal=${cart.subtotal} errors=${shown} />
        <${PaymentPart} total=${quoted.quote?.total} card=${card} onCard=${setCard} error=${shown.payment_method} />
      </div>
      <${Summary} cart=${cart} quoted=${quoted} code=${draft.code}>
        <${Discount} applied=${draft.code} quoted=${quoted} error=${discountError}
          onApply=${(code) => { setDiscountError(null); edit({ code }); }} />
        <${QuoteProblem} quoted=${quoted} />
        <button class="button button-large button-wide" disabled=${busy || quoted.busy || quoted.problem}>
          ${busy ?? (quoted.quote ? `Pay ${formatMoney(quoted.quote.total)}` : "Place order")}
        </button>
        <p class="muted small">You are charged only once the order is confirmed.</p>
      <//>
    </form>`;
}
