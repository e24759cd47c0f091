/** What forms have in common: sending once at a time, and showing what went wrong. */
import { messageOf } from "../api/messages.js";
import { Problem } from "../api/problem.js";
import { html, useState } from "../view.js";
import { Countdown, useSecondsLeft } from "./countdown.js";
import { Field, focusFirstError } from "./field.js";
import { Notice } from "./notice.js";

const IDLE = { busy: false, problem: null };

/**
 * → {busy, problem, errors, wait, send, forget}: `send` does the work, `forget` the last problem; `wait` are the seconds
 * until it may be tried again.
 */
export function useSending(work) {
  const [state, setState] = useState(IDLE);
  const wait = useSecondsLeft(state.problem);
  const send = async (event) => {
    event?.preventDefault();
    if (state.busy) return;
    setState({ busy: true, problem: null });
    try {
      await work();
      setState(IDLE);
    } catch (problem) {
      setState({ busy: false, problem });
      if (!(problem instanceof Problem)) throw problem;
      focusFirstError();
    }
  };
  return { ...state, wait, errors: state.problem?.fields ?? {}, send, forget: () => setState(IDLE) };
}

/** `messages` has words of this form for some codes; `places` are the fields that show their own errors. */
export function SendingProblem({ sending: { problem, wait, errors }, messages = {}, places = [], children }) {
  if (!problem) return null;
  const elsewhere = Object.entries(errors).filter(([field]) => !places.includes(field));
  return html`
    <${Notice} kind="problem">
      ${problem.status === 429
        ? html`<p>Too many attempts.</p><${Countdown} left=${wait} />`
        : html`<p>${messages[problem.code] ?? messageOf(problem)}</p>`}
      ${elsewhere.length > 0 && html`<ul>${elsewhere.map(([field, message]) => html`<li key=${field}>${message}</li>`)}</ul>`}
      ${children}
    <//>`;
}

export const SendButton = ({ sending, kind = "", children, ...rest }) => html`
  <button class="button ${kind}" disabled=${sending.busy || sending.wait > 0} ...${rest}>
    ${sending.busy ? "One moment…" : children}
  </button>`;

/** A password to be chosen; the shop's verdict on it is shown beside it. */
export const NewPassword = ({ label = "Password", name = "password", sending, ...field }) => html`
  <${Field} ...${{ label, name, ...field }} type="password" autocomplete="new-password" minlength="12" maxlength="256"
    hint="At least 12 characters. A few words of your own are best."
    error=${sending.errors[name] ?? (sending.problem?.code === "password_common" ? messageOf(sending.problem) : null)} />`;

/** Tells password managers whose password a form is about. */
export const AccountName = ({ email }) => html`
  <input type="email" name="username" autocomplete="username" value=${email} readonly hidden />`;
