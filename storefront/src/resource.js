/** Reading from the API in a component: one answer at a time, late answers to old questions are dropped. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** `load` is called again whenever `key` changes or `reload` is called; its signal ends what nobody waits for any more. */
export function useResource(key, load) {
  const [state, setState] = useState({ key: null, data: null, problem: null });
  const latest = useRef(new AbortController());
  const loader = useRef(load);
  loader.current = load;
  const reload = useCallback(async () => {
    latest.current.abort();
    const { signal } = latest.current = new AbortController();
    const keep = (next) => signal.aborted || setState(next);
    try {
      keep({ key, data: await loader.current(signal), problem: null });
    } catch (problem) {
      keep({ key, data: null, problem });
    }
  }, [key]);
  useEffect(() => {
    reload();
    return () => latest.current.abort();
  }, [reload]);
  const current = state.key === key;
  return {
    data: current ? state.data : null,
    problem: current ? state.problem : null,
    loading: !current,
    reload,
    replace: (data) => setState({ key, data, problem: null }),
  };
}
