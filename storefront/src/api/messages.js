/** Every problem of the API in plain words. Problems about one field are shown beside it, not here. */
import { waitText } from "../times.js";

const seconds = (problem) => (problem.retryAfter ? ` in ${waitText(problem.retryAfter)}` : " in a moment");

const MESSAGES = {
  no_answer: "The shop did not answer. Check your connection and try again.",
  unavailable: (problem) => `This part of the shop is not available right now. Please try again${seconds(problem)}.`,
  rate_limited: (problem) => `Too many attempts. Please wait and try again${seconds(problem)}.`,
  internal_error: "Something went wrong on our side. Please try again.",
  session_ended: "Your session has ended. Please log in again.",
  not_found: "We could not find what you were looking for.",
  forbidden: "Your account may not do this.",
  validation_failed: "Please check the marked fields.",
  unknown_field: "Please check the marked fields.",
  limit_reached: "That is more than the shop takes at once.",
  cursor_invalid: "This list has changed. Please load it again.",
  body_too_large: "That is too large to send.",

  sku_unknown: "This item is no longer sold.",
  currency_mismatch: "Your cart holds items in another currency. Buy those first, or remove them.",
  out_of_stock: "Some items are no longer available in the quantity you want.",
  price_changed: "A price has changed since you last looked. Check the new total, then place the order again.",
  cart_changed: "Your cart has changed since you opened this page. Check it, then place the order again.",
  cart_empty: "Your cart is empty.",
  checkout_in_progress: "This cart is already being bought in another order that is not finished.",
  discount_invalid: ({ body }) => body?.detail ?? "This code is not valid for your order.",
  discount_used_up: "This code has been used up.",
  payment_declined: "Your bank declined the card. You have not been charged.",
  payment_action_required: "Your bank wants to be sure that it is you.",
  payment_not_completed: "The payment was not completed. You have not been charged.",
  in_progress: "We are still working on it.",
  shipment_exceeds: "That is more than is left of the order. Load the page again to see what is left.",
  order_cancelled: "This order is cancelled, refunded or was never paid, so nothing of it can be sent.",
  order_not_confirmed: "This order is not paid yet, so nothing of it can be sent.",
  order_not_shipped: "Not all of this order has been sent yet.",
  order_shipped: "This order has been shipped and can no longer be cancelled.",

  order_not_paid: "Nothing was paid for this order, so nothing can be given back.",
  refund_exceeds: "That is more than is left of what was paid. Load the page again to see what is left.",
  order_not_delivered: "Only what was delivered can be returned.",
  return_too_late: "An order can be returned within 30 days of its delivery, and these are over.",
  return_exceeds: "That is more than can still be returned. Load the page again to see what is left.",
  return_approved: "This return was approved in the meantime.",
  return_rejected: "This return was rejected in the meantime.",
  return_not_approved: "This return is not approved yet.",
  endpoint_inactive: "This endpoint is switched off. Switch it on, then send it again.",
  too_many_secrets: "Five secrets of this endpoint still hold. Wait until one of them has ended.",
  code_taken: "There is already a discount with this code.",

  invalid_credentials: "E-mail address and password do not match.",
  email_unverified: "Please confirm your e-mail address first: open the link in the mail we sent you.",
  account_disabled: "This account is disabled.",
  email_missing: "Your provider did not tell us your e-mail address. Enter one there, and let the shop see it.",
  own_account: "You cannot change this on your own account. Please ask another admin.",
  token_invalid: "This link is no longer valid. It may have been used already, or be too old.",
  token_reused: "Your session has ended. Please log in again.",

  not_received: "Reviews are written by customers who have the product.",
  review_exists: "You have reviewed this already.",

  version_mismatch: "Someone else changed this in the meantime. Load it again, then make your change.",
  slug_taken: "Another product already has this address name.",
  sku_taken: "Another product already has this SKU.",
  stock_held: "Orders under way hold more than that.",
  password_common: "This password is too easy to guess. Please choose another.",

  image_invalid: "This file is not the picture that it claims to be. Use PNG, JPEG or WebP.",
  upload_missing: "The file has not arrived. Please upload it again.",
  upload_refused: "The store refused the file.",
};

export function messageOf(problem) {
  const message = MESSAGES[problem.code];
  if (typeof message === "function") return message(problem);
  return message ?? problem.body?.detail ?? MESSAGES.internal_error;
}
