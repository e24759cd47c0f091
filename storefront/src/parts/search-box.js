/** Searching from every page: what is typed is found as it is typed. */
import { listProducts } from "../api/catalog.js";
import { addressOf, askedIn, WORDS } from "../pages/search/asked.js";
import { navigate, place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useRef, useState } from "../view.js";
import { Picture } from "./picture.js";
import { Price } from "./price.js";

const PAUSE_MS = 200;
const SUGGESTED = 6;
const RESULTS = "/search";

const NONE = [];

/** What fits the words so far; each keystroke ends the question before. No answer is no suggestion. */
function useSuggestions(words, wanted) {
  const [items, setItems] = useState(NONE);
  useEffect(() => {
    if (!wanted || words.length < 2) return setItems(NONE);
    const asking = new AbortController();
    const timer = setTimeout(() => listProducts({ q: words, limit: SUGGESTED }, asking.signal).then(
      (page) => asking.signal.aborted || setItems(page.items),
      () => asking.signal.aborted || setItems(NONE)), PAUSE_MS);
    return () => { clearTimeout(timer); asking.abort(); };
  }, [words, wanted]);
  return wanted ? items : NONE;
}

const Suggestion = ({ product, index, chosen, onChoose }) => html`
  <li id="suggestion-${index}" role="option" aria-selected=${chosen} class="suggestion" onMouseDown=${(event) => event.preventDefault()}
    onClick=${onChoose}>
    <${Picture} url=${product.thumb_url} alt="" size=${40} />
    <span>${product.name}</span><span class="muted small"><${Price} price=${product.price} /></span>
  </li>`;

/** The words of the address, and what has been typed since. */
function useWords() {
  const { path, query } = useStore(place);
  const q = path === RESULTS ? askedIn(query).q : "";
  const [text, setText] = useState(q);
  const typed = useRef(text);
  typed.current = text;
  useEffect(() => { if (typed.current.trim() !== q) setText(q); }, [path, q]);
  return { text, setText, q, live: path === RESULTS };
}

/** On the page of the results they follow what is typed; its filters belong to the former words. */
function useFollowing({ text, q, live }, typing) {
  useEffect(() => {
    const words = text.trim();
    if (!live || !typing || words === q) return undefined;
    const timer = setTimeout(() => navigate(addressOf({ q: words }), { replace: true }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, live, typing]);
}

export function SearchBox() {
  const words = useWords();
  const [typing, setTyping] = useState(false);
  const [chosen, setChosen] = useState(-1);
  useFollowing(words, typing);
  const items = useSuggestions(words.text.trim(), typing && !words.live);
  const close = () => { setTyping(false); setChosen(-1); };
  const open = (product) => { close(); words.setText(""); navigate(`/product/${product.slug}`); };
  const search = (event) => {
    event.preventDefault();
    if (items[chosen]) return open(items[chosen]);
    close();
    const q = words.text.trim();
    if (!words.live || q !== words.q) navigate(addressOf({ q }), { replace: words.live });
    return document.getElementById("main")?.focus({ preventScroll: true });
  };
  const keys = (event) => {
    if (event.key === "Escape" && items.length) { event.preventDefault(); close(); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !items.length) return;
    event.preventDefault();
    setChosen((chosen + 1 + step + items.length + 1) % (items.length + 1) - 1);
  };
  return html`
    <form class="search-box" role="search" onSubmit=${search}>
      <label class="visually-hidden" for="search-words">Search the shop</label>
      <input id="search-words" name="q" placeholder="Search the shop" ...${WORDS} value=${words.text} role="combobox"
        aria-expanded=${items.length > 0} aria-controls="suggestions" aria-autocomplete="list"
        aria-activedescendant=${items[chosen] ? `suggestion-${chosen}` : undefined}
        onInput=${(event) => { words.setText(event.currentTarget.value); setTyping(true); setChosen(-1); }}
        onKeyDown=${keys} onBlur=${close} />
      <button class="search-button" aria-label="Search"><${Glass} /></button>
      <span class="visually-hidden" role="status">${items.length > 0 && `${items.length} suggested, choose with the arrow keys`}</span>
      <ul id="suggestions" role="listbox" aria-label="Products" class="suggestions" hidden=${items.length === 0}>
        ${items.map((product, index) => html`
          <${Suggestion} key=${product.id} ...${{ product, index }} chosen=${index === chosen} onChoose=${() => open(product)} />`)}
      </ul>
    </form>`;
}

const Glass = () => html`
  <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.900" stroke-linecap="round"
    aria-hidden="true"><circle cx="11" cy="11" r="6.500" /><path d="M16 16l4.500 4.500" /></svg>`;
