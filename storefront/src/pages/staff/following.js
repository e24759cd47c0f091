/** Asking again about work that goes on in the background, also when an answer gets lost. */
import { useEffect } from "../../view.js";

const ASK_AGAIN_MS = 1000;

/** `look` answers how it stands; asked as long as `going` holds of `state`. */
export function useFollowing(state, going, look, onChanged) {
  useEffect(() => {
    if (!going) return undefined;
    let timer = 0;
    let over = false;
    const ask = () => look().then((next) => over || onChanged(next), () => { if (!over) timer = setTimeout(ask, ASK_AGAIN_MS); });
    timer = setTimeout(ask, ASK_AGAIN_MS);
    return () => { over = true; clearTimeout(timer); };
  }, [state]);
}
