/** A day that the page follows once it is typed or picked. */
import { html, useEffect, useRef, useState } from "../view.js";
import { Field } from "./field.js";

const SETTLE_MS = 500;

/** Half a day is none, and who types the year 2026 passes through the years 2, 20 and 202. */
const isWhole = (text, { badInput }) => !badInput && (!text || text >= "1900");

/** While the field is written in, no answer that comes changes it; `onValue` gets the day after a pause, or when it is left. */
export function DayField({ value, onValue, ...field }) {
  const [typed, setTyped] = useState(null);
  const open = useRef(null);
  const timer = useRef(0);
  const tell = () => {
    clearTimeout(timer.current);
    if (open.current !== null) onValue(open.current);
    open.current = null;
  };
  const onTyped = (text, { validity }) => {
    clearTimeout(timer.current);
    setTyped(text);
    open.current = isWhole(text, validity) ? text : null;
    timer.current = setTimeout(tell, SETTLE_MS);
  };
  const onBlur = () => {
    tell();
    setTyped(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<${Field} ...${field} type="date" required=${false} value=${typed ?? value} onValue=${onTyped} onBlur=${onBlur} />`;
}
