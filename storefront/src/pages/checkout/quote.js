/** The live quote: asked for a moment after the last change; only the newest question's answer counts. */
import { quote } from "../../api/orders.js";
import { useEffect, useRef, useState } from "../../view.js";

const SETTLE_MS = 350;

/**
 * → {quote, problem, busy, ask, show}; `version` is the cart's, so that a changed cart is quoted anew. The country is all
 * of the address that a price depends on, so nothing else is sent before the order.
 */
export function useQuote(draft, version) {
  const { country } = draft.shipping;
  const wanted = country && draft.method && version
    ? JSON.stringify({ shipping_address: { country }, shipping_method: draft.method, discount_code: draft.code || null })
    : null;
  const [state, setState] = useState({ quote: null, problem: null, busy: false });
  const turn = useRef(0);
  const ask = async (body) => {
    const mine = ++turn.current;
    const keep = (next) => mine === turn.current && setState(next);
    setState((now) => ({ ...now, busy: true }));
    try {
      keep({ quote: await quote(JSON.parse(body)), problem: null, busy: false });
    } catch (problem) {
      keep({ quote: null, problem, busy: false });
    }
  };
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = setTimeout(() => ask(wanted), SETTLE_MS);
    return () => { clearTimeout(timer); turn.current += 1; };
  }, [wanted, version]);
  return {
    ...(wanted ? state : { quote: null, problem: null, busy: false }),
    asked: Boolean(wanted),
    ask: () => wanted && ask(wanted),
    /** A quote that came with a refusal: it is newer than any that is under way. */
    show: (newer) => { turn.current += 1; setState({ quote: newer, problem: null, busy: false }); },
  };
}
