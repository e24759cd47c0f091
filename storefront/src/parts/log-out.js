/** Ends the session and goes back to the front page. */
import { loadCart } from "../api/cart.js";
import { logOut } from "../api/client.js";
import { navigate } from "../router.js";
import { html } from "../view.js";

function leave() {
  logOut();
  loadCart().catch(() => null);
  navigate("/");
}

export const LogOut = ({ kind = "" }) => html`<button type="button" class="link ${kind}" onClick=${leave}>Log out</button>`;
