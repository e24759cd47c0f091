/** The Idempotency-Key of a form: the same for the same request until it is done, so that a repeat does nothing twice. */
import { useRef } from "../view.js";

/** → {keyFor(body), done()}: a refusal or a lost answer keeps the key, another body gets another one. */
export function useOnce() {
  const open = useRef(null);
  return {
    keyFor(body) {
      const sent = JSON.stringify(body);
      if (open.current?.sent !== sent) open.current = { sent, key: crypto.randomUUID() };
      return open.current.key;
    },
    done() { open.current = null; },
  };
}
