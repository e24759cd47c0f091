/** The window's title follows the page. */
import { shop } from "../config.js";
import { useEffect } from "../view.js";

export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · ${shop.name}` : `${shop.name} · ${shop.tagline}`;
  }, [title]);
}
