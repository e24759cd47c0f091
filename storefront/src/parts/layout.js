/** The frame around every page: header, categories, footer. */
import { listCategories, topCategories } from "../api/catalog.js";
import { cart, countOf } from "../api/cart.js";
import { isAccount, isStaff, session } from "../api/session.js";
import { shop } from "../config.js";
import { useResource } from "../resource.js";
import { place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useRef } from "../view.js";
import { LogOut } from "./log-out.js";
import { LeafIcon } from "./picture.js";
import { ReaderSwitch } from "./reader-switch.js";
import { SearchBox } from "./search-box.js";
import { Toasts } from "./toast.js";

function CartLink() {
  const count = countOf(useStore(cart));
  return html`
    <a href="/cart" class="cart-link">
      <svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.700"
        stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d="M5 8h14l-1.200 11.200a1 1 0 0 1-1 .8H7.200a1 1 0 0 1-1-.8L5 8zM9 8V6.500a3 3 0 0 1 6 0V8" />
      </svg>
      <span class="cart-word">Cart</span>
      ${count > 0 && html`<span class="badge">${count}</span>`}
      <span class="visually-hidden"> ${count === 0 ? "empty" : count === 1 ? "item" : "items"}</span>
    </a>`;
}

function AccountLinks() {
  const user = useStore(session)?.user;
  if (!isAccount(user)) return html`<a href="/login">Log in</a>`;
  return html`
    ${isStaff(user) && html`<a href="/staff">Staff</a>`}
    <a href="/orders" class="wide-only">Orders</a>
    <a href="/account">Account</a>
    <${LogOut} kind="wide-only" />`;
}

/** Sideways only: where the list is wider than the window, the chosen category is seen. */
function bringIntoView(list) {
  const chosen = list.querySelector("[aria-current]");
  if (chosen) list.scrollLeft = chosen.offsetLeft - (list.clientWidth - chosen.offsetWidth) / 2;
}

function Categories() {
  const { data, problem, reload } = useResource("categories", listCategories);
  const { path } = useStore(place);
  const list = useRef(null);
  useEffect(() => { if (problem) reload(); }, [path]);
  useEffect(() => bringIntoView(list.current), [path, data]);
  return html`
    <nav class="categories" aria-label="Categories">
      <ul role="list" ref=${list}>
        <li><a href="/products" aria-current=${path === "/products" ? "page" : undefined}>All products</a></li>
        ${topCategories(data ?? []).map(({ slug, name }) => html`
          <li key=${slug}>
            <a href="/category/${slug}" aria-current=${path === `/category/${slug}` ? "page" : undefined}>${name}</a>
          </li>`)}
      </ul>
    </nav>`;
}

const Header = () => html`
  <header class="header">
    <div class="header-row">
      <a href="/" class="brand"><span class="brand-mark" aria-hidden="true"><${LeafIcon} /></span>${shop.name}</a>
      <${SearchBox} />
      <nav class="account" aria-label="Account and cart"><${AccountLinks} /><${CartLink} /></nav>
    </div>
    <${Categories} />
  </header>`;

const Footer = () => html`
  <footer class="footer">
    <div class="footer-row">
      <p>© ${shop.name}. A demonstration: nothing is shipped and no real card is charged.</p>
      <div class="footer-choices"><${ReaderSwitch} /></div>
      <nav aria-label="More"><a href="/orders">Your orders</a><a href="/docs">API</a><a href="/staff">Staff</a></nav>
    </div>
  </footer>`;

export const Layout = ({ children }) => html`
  <a class="skip" href="#main">Skip to content</a>
  <${Header} />
  <main id="main" tabindex="-1">${children}</main>
  <${Footer} />
  <${Toasts} />`;
