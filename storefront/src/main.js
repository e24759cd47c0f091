/** Starts the shop: which address shows which page. */
import { loadCart } from "./api/cart.js";
import { session } from "./api/session.js";
import { later } from "./later.js";
import { Layout } from "./parts/layout.js";
import { CartPage } from "./pages/cart.js";
import { ConfirmEmailPage } from "./pages/confirm-email.js";
import { ForgotPasswordPage } from "./pages/forgot-password.js";
import { HomePage } from "./pages/home.js";
import { ListingPage } from "./pages/listing.js";
import { LoginPage } from "./pages/login.js";
import { MissingPage } from "./pages/missing.js";
import { OrderPage } from "./pages/order/page.js";
import { OrdersPage } from "./pages/orders.js";
import { ProductPage } from "./pages/product/page.js";
import { RegisterPage } from "./pages/register.js";
import { ResetPasswordPage } from "./pages/reset-password.js";
import { SearchPage } from "./pages/search/page.js";
import { match, place, settle, start } from "./router.js";
import { useStore } from "./store.js";
import { html, render, useLayoutEffect } from "./view.js";

const account = later(() => import("./pages/account/page.js"));
const checkout = later(() => import("./pages/checkout/page.js"));
const staff = later(() => import("./pages/staff/page.js"));

const ROUTES = [
  ["/", HomePage],
  ["/products", ListingPage],
  ["/category/:slug", ListingPage],
  ["/search", SearchPage],
  ["/product/:slug", ProductPage],
  ["/cart", CartPage],
  ["/checkout", checkout("CheckoutPage")],
  ["/order/:id", OrderPage],
  ["/orders", OrdersPage],
  ["/login", LoginPage],
  ["/register", RegisterPage],
  ["/confirm-email", ConfirmEmailPage],
  ["/forgot-password", ForgotPasswordPage],
  ["/reset-password", ResetPasswordPage],
  ["/account", account("AccountPage")],
  ["/account/addresses", account("AddressesPage")],
  ["/account/security", account("SecurityPage")],
  ["/account/data", account("DataPage")],
  ["/goodbye", account("GoodbyePage")],
  ["/staff", staff("StaffPage")],
  ["/staff/products/:id", staff("StaffProductPage")],
  ["/staff/orders", staff("StaffOrdersPage")],
  ["/staff/orders/:id", staff("StaffOrderPage")],
  ["/staff/stock", staff("StaffLowPage")],
  ["/staff/stock/:sku", staff("StaffSkuPage")],
  ["/staff/transfer", staff("StaffTransferPage")],
  ["/staff/discounts", staff("StaffDiscountsPage")],
  ["/staff/discounts/:code", staff("StaffDiscountPage")],
  ["/staff/rates", staff("StaffRatesPage")],
  ["/staff/sales", staff("StaffSalesPage")],
  ["/staff/webhooks", staff("StaffWebhooksPage")],
  ["/staff/webhooks/:id", staff("StaffWebhookPage")],
  ["/staff/reviews", staff("StaffReviewsPage")],
  ["/staff/users", staff("StaffUsersPage")],
  ["/staff/users/:id", staff("StaffUserPage")],
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
