/** Where the reader is after what had the focus has gone. */
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

/** After something was taken off the page: if it had the focus, the page's content gets it, so that it is not lost. */
export function keepFocus() {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
  });
}
