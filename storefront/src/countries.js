/** Countries by their names in the reader's language. */
const names = new Intl.DisplayNames([navigator.language, "en"], { type: "region" });

export function countryName(code) {
  try {
    return names.of(code);
  } catch {
    return code;
  }
}
