/** What customers say about the products that they received. */
import { call, read } from "./client.js";

export const SORTS = [["newest", "Newest"], ["highest", "Best first"], ["lowest", "Worst first"]];

const path = (productId, reviewId) => `/products/${productId}/reviews${reviewId ? `/${reviewId}` : ""}`;

const ifMatch = ({ version }) => ({ "If-Match": `"${version}"` });

const query = (parts) => new URLSearchParams(Object.entries(parts).filter(([, value]) => value));

export const listReviews = (productId, { sort, cursor, limit = 6 }) => read(`${path(productId)}?${query({ sort, cursor, limit })}`);

/** {received, review}: whether the caller may write one, and the one that is written. */
export const findOwnReview = async (productId) => (await call("GET", `/products/${productId}/own-review`)).body;

export const writeReview = async (productId, body) => (await call("POST", path(productId), { body })).body;

export const changeReview = async (review, body) =>
  (await call("PATCH", path(review.product_id, review.id), { body, headers: ifMatch(review) })).body;

export const deleteReview = (review) => call("DELETE", path(review.product_id, review.id));

// For staff.

export const reviewsBy = async (status, cursor) => (await call("GET", `/reviews?${query({ status, cursor })}`)).body;

const judge = (action) => async (review, body) =>
  (await call("POST", `/reviews/${review.id}/${action}`, { body, headers: ifMatch(review) })).body;

export const publishReview = judge("publish");

/** With the reason that its author is told. */
export const rejectReview = judge("reject");

/** In the shop's name; null takes the reply away. */
export const replyToReview = async (review, text) =>
  (await call("PUT", `/reviews/${review.id}/reply`, { body: { text }, headers: ifMatch(review) })).body;
