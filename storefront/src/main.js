/** Starts the shop: which address shows which page. */
import { loadCart } from "./api/cart.js";
import { session } from "./api/session.js";
import { Layout } from "./parts/layout.js";
import { AccountPage, AddressesPage, DataPage, SecurityPage } from "./pages/account/page.js";
import { CartPage } from "./pages/cart.js";
import { CheckoutPage } from "./pages/checkout/page.js";
import { ConfirmEmailPage } from "./pages/confirm-email.js";
import { ForgotPasswordPage } from "./pages/forgot-password.js";
import { GoodbyePage } from "./pages/account/erase.js";
import { HomePage } from "./pages/home.js";
import { ListingPage } from "./pages/listing.js";
import { LoginPage } from "./pages/login.js";
import { MissingPage } from "./pages/missing.js";
import { OrderPage } from "./pages/order.js";
import { OrdersPage } from "./pages/orders.js";
import { ProductPage } from "./pages/product.js";
import { RegisterPage } from "./pages/register.js";
import { ResetPasswordPage } from "./pages/reset-password.js";
import { StaffPage, StaffProductPage, StaffUserPage, StaffUsersPage } from "./pages/staff/page.js";
import { match, place, settle, start } from "./router.js";
import { useStore } from "./store.js";
import { html, render, useLayoutEffect } from "./view.js";

const ROUTES = [
  ["/", HomePage],
  ["/products", ListingPage],
  ["/category/:slug", ListingPage],
  ["/product/:slug", ProductPage],
  ["/cart", CartPage],
  ["/checkout", CheckoutPage],
  ["/order/:id", OrderPage],
  ["/orders", OrdersPage],
  ["/login", LoginPage],
  ["/register", RegisterPage],
  ["/confirm-email", ConfirmEmailPage],
  ["/forgot-password", ForgotPasswordPage],
  ["/reset-password", ResetPasswordPage],
  ["/account", AccountPage],
  ["/account/addresses", AddressesPage],
  ["/account/security", SecurityPage],
  ["/account/data", DataPage],
  ["/goodbye", GoodbyePage],
  ["/staff", StaffPage],
  ["/staff/products/:id", StaffProductPage],
  ["/staff/users", StaffUsersPage],
  ["/staff/users/:id", StaffUserPage],
];

function App() {
  const current = useStore(place);
  const { page, parameters } = match(ROUTES, current.path) ?? { page: MissingPage, parameters: {} };
  useLayoutEffect(() => settle(current), [current]);
  return html`<${Layout}><${page} key=${current.path} ...${parameters} query=${current.query} secret=${current.secret} /><//>`;
}

start();
render(html`<${App} />`, document.getElementById("app"));

/** Another tab logging in or out changes whose cart this is; a renewed token does not. */
let shopper = session.value?.user?.id;
session.watch((current) => {
  if (current?.user?.id === shopper) return;
  shopper = current?.user?.id;
  loadCart().catch(() => null);
});
loadCart().catch(() => null);
