/** The payment part of the form. In the sandbox a card is chosen by what it does. */
import { shop } from "../../config.js";
import { Notice } from "../../parts/notice.js";
import { html } from "../../view.js";

const TEST_CARDS = [
  ["pm_card_visa", "Visa ending 4242", "Pays at once"],
  ["pm_card_visa_chargeDeclined", "Visa ending 0002", "The bank declines it"],
  ["pm_card_visa_chargeDeclinedInsufficientFunds", "Visa ending 9995", "Not enough money on it"],
  ["pm_card_authenticationRequired", "Visa ending 3184", "The bank asks you to confirm (3-D Secure)"],
  ["pm_sandbox_hang", "Visa ending 3000", "The bank answers after half a minute"],
  ["pm_sandbox_lost_reply", "Visa ending 5000", "Pays, but the answer gets lost"],
  ["pm_sandbox_capture_fails", "Visa ending 4000", "Accepted first, refused in the end"],
  ["pm_card_pendingRefund", "Visa ending 7726", "Pays; a refund takes a while"],
  ["pm_card_refundFail", "Visa ending 5126", "Pays; a refund fails afterwards"],
];

const Card = ({ card: [id, name, what], chosen, onChoose }) => html`
  <label class="choice">
    <input type="radio" name="payment_method" value=${id} checked=${chosen === id} onChange=${() => onChoose(id)} />
    <span class="choice-text"><span>${name}</span><span class="muted small">${what}</span></span>
  </label>`;

export function Payment({ chosen, onChoose, error }) {
  if (shop.payment !== "test-cards") {
    return html`<${Notice} kind="problem"><p>Payment by card is not set up in this shop yet.</p><//>`;
  }
  return html`
    <p class="hint">This is a demonstration. No real card is needed: choose what should happen.</p>
    <div class="choices" role="radiogroup" aria-label="Test card">
      ${TEST_CARDS.map((card) => html`<${Card} key=${card[0]} card=${card} chosen=${chosen} onChoose=${onChoose} />`)}
    </div>
    ${error && html`<p class="error">${error}</p>`}`;
}
