/** What is asked of a list: the parts that were given, as the end of an address. */
export const query = (parts) => {
  const given = new URLSearchParams(Object.entries(parts).filter(([, value]) => value));
  return given.size ? `?${given}` : "";
};
