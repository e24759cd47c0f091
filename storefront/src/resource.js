/** Reading from the API in a component: one answer at a time, late answers to old questions are dropped. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/**
 * `load` is called again whenever `key` changes or `reload` is called; its signal ends what nobody waits for any more.
 * What was read stays while it is read again, also when that fails. `replace` takes what is there now, or a function from
 * what was there: it is newer than any answer that is under way, and nothing to a page that asks for something else by now.
 */
export function useResource(key, load) {
  const [state, setState] = useState({ key: null, data: null, problem: null });
  const latest = useRef(new AbortController());
  const loader = useRef(load);
  loader.current = load;
  const shown = useRef(key);
  shown.current = key;
  const reload = useCallback(async () => {
    latest.current.abort();
    const { signal } = latest.current = new AbortController();
    const keep = (next) => signal.aborted || setState(next);
    try {
      keep({ key, data: await loader.current(signal), problem: null });
    } catch (problem) {
      keep((now) => ({ key, data: now.key === key ? now.data : null, problem }));
    }
  }, [key]);
  useEffect(() => {
    reload();
    return () => latest.current.abort();
  }, [reload]);
  const replace = (next) => {
    if (shown.current !== key) return;
    latest.current.abort();
    setState((now) => ({ key, data: typeof next === "function" ? next(now.data) : next, problem: null }));
  };
  const current = state.key === key;
  return {
    data: current ? state.data : null,
    problem: current ? state.problem : null,
    loading: !current,
    reload,
    replace,
  };
}
