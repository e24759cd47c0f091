/** Where the reader is after a form that was opened by a button has gone. */
import { useEffect, useRef } from "../view.js";

/** → a ref for the button, which gets the focus back once `open` is over; not when the page is shown first. */
export function useFocusBack(open) {
  const button = useRef(null);
  const before = useRef(open);
  useEffect(() => {
    if (before.current && !open) button.current?.focus();
    before.current = open;
  }, [open]);
  return button;
}
