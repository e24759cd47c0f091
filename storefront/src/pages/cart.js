/** The cart: change quantities, take things out, go on to checkout. */
import { cart, loadCart, removeItem, setQuantity } from "../api/cart.js";
import { messageOf } from "../api/messages.js";
import { wasEnded } from "../api/session.js";
import { formatMoney } from "../money.js";
import { keepFocus } from "../parts/focus.js";
import { Loading, Notice, ProblemNotice } from "../parts/notice.js";
import { optionsText } from "../parts/parcel.js";
import { Picture } from "../parts/picture.js";
import { Quantity } from "../parts/quantity.js";
import { place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useState } from "../view.js";
import { useTitle } from "./title.js";

const WARNINGS = {
  fewer_available: ({ available }) => `Only ${available} left. Please choose fewer.`,
  out_of_stock: () => "Sold out. Please remove it to go on.",
  no_longer_sold: () => "No longer sold. Please remove it to go on.",
};

const warningText = (warning, item) => WARNINGS[warning.code]?.(item) ?? warning.message;

const warningOf = (current, { sku }) => current.warnings.find((warning) => warning.sku === sku);

function Line({ item, warning, change }) {
  return html`
    <li class="line">
      <${Picture} url=${item.thumb_url} alt="" size=${96} />
      <div class="line-facts">
        <p class="line-name"><a href="/product/${item.product_id}">${item.name}</a></p>
        <p class="muted small">${[optionsText(item.options), formatMoney(item.unit_price)].filter(Boolean).join(" · ")}</p>
        ${warning && html`<p class="error">${warningText(warning, item)}</p>`}
        <div class="line-actions">
          <${Quantity} value=${item.quantity} label="Quantity of ${item.name}"
            onChange=${(quantity) => change(() => setQuantity(item.sku, quantity))} />
          <button type="button" class="link" aria-label="Remove ${item.name}" onClick=${() => change(() => removeItem(item.sku)).then(keepFocus)}>
            Remove
          </button>
        </div>
      </div>
      <p class="line-total">${formatMoney(item.line_total)}</p>
    </li>`;
}

const StaleNotice = ({ current }) => current.stale && html`
  <${Notice} title="These prices may be out of date">
    <p>We cannot check prices and stock just now. The prices shown are the last ones we know.</p>
  <//>`;

/** For pages that show the items without their warnings. */
export const Warnings = ({ current }) => html`
  <${StaleNotice} current=${current} />
  ${current.warnings.length > 0 && html`
    <${Notice} title="Something in your cart cannot be bought as it is">
      ${current.items.filter((item) => warningOf(current, item)).map((item) => html`
        <p key=${item.sku}>${item.name}: ${warningText(warningOf(current, item), item)}</p>`)}
      <p><a href="/cart">Back to the cart</a></p>
    <//>`}`;

const Summary = ({ current, blocked }) => html`
  <section class="summary" aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <dl class="sums"><div class="sum-total"><dt>Subtotal</dt><dd>${formatMoney(current.subtotal)}</dd></div></dl>
    <p class="muted small">Shipping and tax are worked out at checkout.</p>
    ${blocked
      ? html`<p class="error">Please change the marked items first.</p>`
      : html`<a class="button button-large button-wide" href="/checkout">Go to checkout</a>`}
  </section>`;

/** An account's cart is still there when its session has ended. */
const AwayCart = () => html`
  <div class="narrow centred">
    <h1>Your session has ended</h1>
    <p class="muted">Your cart is as it was. Log in again to go on.</p>
    <p><a class="button" href="/login?then=${place.value.path}">Log in again</a></p>
  </div>`;

export function EmptyCart() {
  if (useStore(wasEnded)) return html`<${AwayCart} />`;
  return html`
    <div class="narrow centred">
      <h1>Your cart is empty</h1>
      <p class="muted">What you put in stays here, also when you close the window.</p>
      <p><a class="button" href="/products">Look around</a></p>
    </div>`;
}

function Filled({ current }) {
  const [problem, setProblem] = useState(null);
  const change = (work) => {
    setProblem(null);
    return work().catch((failed) => {
      setProblem(failed);
      return loadCart().catch(() => null);
    });
  };
  return html`
    <h1>Your cart</h1>
    ${problem && html`<${Notice} kind="problem"><p>${messageOf(problem)}</p><//>`}
    <${StaleNotice} current=${current} />
    <div class="split">
      <ul class="lines" role="list">
        ${current.items.map((item) => html`<${Line} key=${item.sku} item=${item} warning=${warningOf(current, item)} change=${change} />`)}
      </ul>
      <${Summary} current=${current} blocked=${current.warnings.length > 0} />
    </div>`;
}

/** The cart as the shop has it now; `problem` when it could not be asked. */
export function useCart() {
  const [problem, setProblem] = useState(null);
  const load = () => {
    setProblem(null);
    loadCart().catch(setProblem);
  };
  useEffect(load, []);
  return { current: useStore(cart), problem, load };
}

export function CartPage() {
  useTitle("Your cart");
  const { current, problem, load } = useCart();
  if (problem && !current) return html`<h1>Your cart</h1><${ProblemNotice} problem=${problem} retry=${load} />`;
  if (!current) return html`<h1>Your cart</h1><${Loading} />`;
  return current.items.length ? html`<${Filled} current=${current} />` : html`<${EmptyCart} />`;
}
