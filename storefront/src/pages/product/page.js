/** One product: pictures, the choice of a variant, into the cart, and what others say about it. */
import { addToCart } from "../../api/cart.js";
import { findProduct } from "../../api/catalog.js";
import { messageOf } from "../../api/messages.js";
import { isStaff, session } from "../../api/session.js";
import { shop } from "../../config.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { LargePicture, Picture } from "../../parts/picture.js";
import { Price } from "../../parts/price.js";
import { Quantity } from "../../parts/quantity.js";
import { Rating } from "../../parts/stars.js";
import { toast } from "../../parts/toast.js";
import { useResource } from "../../resource.js";
import { useStore } from "../../store.js";
import { html, useState } from "../../view.js";
import { MissingPage } from "../missing.js";
import { useTitle } from "../title.js";
import { Reviews } from "./reviews.js";
import { firstChoice, reachable, variantOf } from "./variants.js";

function Gallery({ images, name }) {
  const [shown, setShown] = useState(0);
  const image = images[shown] ?? images[0];
  return html`
    <div class="gallery">
      <${LargePicture} image=${image} alt=${image?.alt || name} rem=${38} />
      ${images.length > 1 && html`
        <ul class="thumbs" role="list">
          ${images.map(({ id, thumb_url, alt }, index) => html`
            <li key=${id}>
              <button type="button" aria-pressed=${index === shown} aria-label="Picture ${index + 1}: ${alt || name}"
                onClick=${() => setShown(index)}><${Picture} url=${thumb_url} alt="" size=${96} /></button>
            </li>`)}
        </ul>`}
    </div>`;
}

function Option({ option, product, chosen, onChoose }) {
  return html`
    <fieldset class="option">
      <legend>${option.name}: <span class="muted">${chosen[option.name]}</span></legend>
      <div class="pills">
        ${option.values.map((value) => html`
          <label key=${value} class="pill ${reachable(product, chosen, option.name, value) ? "" : "pill-out"}">
            <input type="radio" name="option-${option.name}" value=${value} checked=${chosen[option.name] === value}
              onChange=${() => onChoose({ ...chosen, [option.name]: value })} />
            <span>${value}</span>
          </label>`)}
      </div>
    </fieldset>`;
}

function Availability({ variant }) {
  if (!variant) return html`<p class="stock stock-none" role="status">Not made in this combination</p>`;
  if (variant.available <= 0) return html`<p class="stock stock-none" role="status">Sold out</p>`;
  if (variant.available <= 5) return html`<p class="stock stock-low" role="status">Only ${variant.available} left</p>`;
  return html`<p class="stock" role="status">In stock</p>`;
}

function Buy({ product, variant }) {
  const [quantity, setQuantity] = useState(1);
  const [state, setState] = useState({ busy: false, problem: null });
  const add = async (event) => {
    event.preventDefault();
    setState({ busy: true, problem: null });
    try {
      await addToCart(variant.sku, quantity);
      toast(`${product.name} is in your cart.`, { href: "/cart", text: "View cart" });
      setState({ busy: false, problem: null });
    } catch (problem) {
      setState({ busy: false, problem });
    }
  };
  const sold = !variant || variant.available <= 0;
  if (isStaff(useStore(session)?.user)) return html`<p class="muted">You are logged in as staff. Log out to buy.</p>`;
  return html`
    <form class="buy" onSubmit=${add}>
      <${Quantity} value=${quantity} onChange=${setQuantity} max=${variant?.available || 1} label="How many" />
      <button class="button button-large" disabled=${sold || state.busy}>${state.busy ? "Adding…" : "Add to cart"}</button>
    </form>
    ${state.problem && html`<${Notice} kind="problem"><p>${messageOf(state.problem)}</p><//>`}`;
}

const Text = ({ text }) =>
  html`<div class="prose">${(text ?? "").split(/\n\s*\n/).map((part, index) => html`<p key=${index}>${part}</p>`)}</div>`;

/** Prices in another currency are for reading. */
const Charged = ({ price }) => price && price.currency !== shop.currency && html`
  <p class="muted small">For your information: the cart is paid in ${shop.currency}.</p>`;

function Product({ product, writing, onReload }) {
  const [chosen, setChosen] = useState(() => firstChoice(product));
  const variant = variantOf(product, chosen);
  useTitle(product.name);
  return html`
    <nav class="crumbs" aria-label="You are here">
      <a href="/products">All products</a>
      ${product.categories.slice(0, 1).map(({ slug, name }) => html`
        <span aria-hidden="true">/</span><a href="/category/${slug}">${name}</a>`)}
    </nav>
    <div class="product">
      <${Gallery} images=${product.images} name=${product.name} />
      <div class="product-facts">
        <h1>${product.name}</h1>
        <${Rating} rating=${product.rating} href="#reviews" />
        <p class="product-price" aria-live="polite"><${Price} price=${variant?.price} before=${variant?.compare_at_price} /></p>
        <${Charged} price=${variant?.price} />
        ${product.options.map((option) => html`
          <${Option} key=${option.name} option=${option} product=${product} chosen=${chosen} onChoose=${setChosen} />`)}
        <${Availability} variant=${variant} />
        <${Buy} key=${variant?.sku} product=${product} variant=${variant} />
        <${Text} text=${product.description} />
        ${variant && html`<p class="muted small">Item ${variant.sku}${variant.weight_g ? ` · ${variant.weight_g} g` : ""}</p>`}
      </div>
    </div>
    <${Reviews} product=${product} writing=${writing} onRated=${onReload} />`;
}

export function ProductPage({ slug, query }) {
  const product = useResource(slug, () => findProduct(slug));
  if (product.problem?.status === 404) return html`<${MissingPage} />`;
  return html`<${Loaded} resource=${product}>${(found) => html`<${Product} product=${found} writing=${query.has("review")} onReload=${product.reload} />`}<//>`;
}
