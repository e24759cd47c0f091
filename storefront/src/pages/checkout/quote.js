/** The live quote: asked for a moment after the last change; only the newest question's answer counts. */
import { quote } from "../../api/orders.js";
import { useEffect, useRef, useState } from "../../view.js";

const SETTLE_MS = 350;

const NOTHING = { answers: null, quote: null, problem: null };

/** What a price depends on, as one text; null while it cannot be asked for. Of the address that is the country only. */
function questionOf(draft, version) {
  const { country } = draft.shipping;
  if (!country || !draft.method || !version) return null;
  const body = { shipping_address: { country }, shipping_method: draft.method, discount_code: draft.code || null };
  return JSON.stringify({ body, version });
}

/**
 * → {quote, problem, busy, ask, show}. `version` is the cart's, so that a changed cart is quoted anew. While `busy`, the
 * quote is that of the last question: good to look at, not to buy by.
 */
export function useQuote(draft, version) {
  const question = questionOf(draft, version);
  const [state, setState] = useState(NOTHING);
  const turn = useRef(0);
  const ask = async () => {
    const mine = ++turn.current;
    const keep = (answer) => mine === turn.current && setState({ ...NOTHING, ...answer, answers: question });
    setState((now) => ({ ...now, answers: null }));
    try {
      keep({ quote: await quote(JSON.parse(question).body) });
    } catch (problem) {
      keep({ problem });
    }
  };
  useEffect(() => {
    if (!question) return undefined;
    const timer = setTimeout(ask, SETTLE_MS);
    return () => { clearTimeout(timer); turn.current += 1; };
  }, [question]);
  const answered = state.answers === question;
  return {
    quote: question ? state.quote : null,
    problem: question && answered ? state.problem : null,
    busy: Boolean(question) && !answered,
    ask,
    /** A quote that came with a refusal: it is newer than any that is under way. */
    show: (newer) => { turn.current += 1; setState({ answers: question, quote: newer, problem: null }); },
  };
}
