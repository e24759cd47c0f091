/** What a form over something shared was filled from. */
import { useRef } from "../view.js";

/**
 * → a ref of what the form began with. It follows a change of what the form does not show (of a picture, say), since only
 * the version is new then. What somebody else did to the form's own values is left to the shop, which refuses the old version.
 */
export function useBase(current, valuesOf) {
  const base = useRef(current);
  if (JSON.stringify(valuesOf(base.current)) === JSON.stringify(valuesOf(current))) base.current = current;
  return base;
}
