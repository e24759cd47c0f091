/** What differs from one shop to the next. */
export const shop = {
  name: "Larkfield",
  tagline: "Useful things, well made",
  /** What the prices of lists are in; each variant's own price tells its currency. */
  currency: "EUR",
  /** Further currencies that products have prices in. They are for reading: a cart is paid in the first one. */
  currencies: [],
  /** Languages of names and descriptions as ["de", "Deutsch"], first the one that they are written in. */
  locales: [],
  /** Where the API is: the same origin, unless the front end is served from elsewhere. */
  api: "/api",
  /** "test-cards" offers the cards of the payment sandbox; anything else shows that payment is not set up. */
  payment: "test-cards",
};
