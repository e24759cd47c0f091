/** What differs from one shop to the next. */
export const shop = {
  name: "Larkfield",
  tagline: "Useful things, well made",
  /** What the prices of lists are in; each variant's own price tells its currency. */
  currency: "EUR",
  /** Where the API is: the same origin, unless the front end is served from elsewhere. */
  api: "/api",
  /** "test-cards" offers the cards of the payment sandbox; anything else shows that payment is not set up. */
  payment: "test-cards",
};
