/** What an order's buyer reads first. */
import { dateText } from "../../times.js";
import { html } from "../../view.js";
import { useTitle } from "../title.js";

const HEADINGS = {
  pending: ["Your order is being worked on", "We are waiting for your payment to go through. This page goes on by itself."],
  confirmed: ["Thank you for your order", "It is confirmed. We are getting it ready for you."],
  shipped: ["Your order is on its way", ""],
  delivered: ["Your order was delivered", "We hope that you like it."],
  cancelled: ["This order was cancelled", "You have not been charged. Your cart is as it was."],
  payment_failed: ["The payment did not go through", "You have not been charged. You can order again with another card."],
  refunded: ["This order was refunded", ""],
};

const PARTLY = ["Part of your order is on its way", "The rest is being made ready for you."];

/** Where all of the money is that was taken for an order which came to nothing. */
function moneyText({ payment, refunds }) {
  if (payment.refunded.amount >= payment.captured.amount) return "You have all your money back.";
  const coming = refunds.some(({ status }) => status === "pending");
  return coming ? "Your money is on its way back." : "Your bank has not taken the money back yet. We see to it.";
}

function headingOf(order) {
  const { status, shipments, payment } = order;
  if (status === "confirmed" && shipments.length) return PARTLY;
  const [title, text] = HEADINGS[status] ?? ["Your order", ""];
  return ["cancelled", "refunded"].includes(status) && payment.captured.amount > 0 ? [title, moneyText(order)] : [title, text];
}

export function Heading({ order, placed }) {
  const [title, text] = headingOf(order);
  const good = placed && order.status === "confirmed";
  useTitle(title);
  return html`
    <div class=${good ? "thanks" : ""} role="status">
      ${good && html`<span class="tick" aria-hidden="true">✓</span>`}
      <h1>${title}</h1>
      ${text && html`<p>${text}</p>`}
      <p class="muted">Order <strong class="order-number">${order.number}</strong> · ${dateText(order.placed_at)} · ${order.email}</p>
    </div>`;
}
