/** What went wrong with a call: a problem body of the API, or no answer at all. */
import { fieldText } from "./field-words.js";

export class Problem extends Error {
  constructor(status, body, retryAfter = null) {
    super(body.detail ?? body.code);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "internal_error";
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /** The request may or may not have been carried out. */
  get unanswered() {
    return this.status === 0 || this.status === 502 || this.status === 504 || this.code === "internal_error";
  }

  /** {"shipping_address.line1": "words"}; what is wrong first with each field. */
  get fields() {
    const found = {};
    for (const error of this.body.errors ?? []) found[error.field] ??= fieldText(error);
    return found;
  }
}

export const noAnswer = () => new Problem(0, { code: "no_answer", detail: "The shop did not answer." });

/** A body that is no problem (a proxy's page, say) still becomes one. */
export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("Retry-After"));
  return new Problem(response.status, body ?? {}, seconds > 0 ? seconds : null);
}
