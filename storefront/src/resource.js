/** Reading from the API in a component: one answer at a time, late answers to old questions are dropped. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** `load` is called again whenever `key` changes or `reload` is called. */
export function useResource(key, load) {
  const [state, setState] = useState({ key: null, data: null, problem: null });
  const latest = useRef(0);
  const loader = useRef(load);
  loader.current = load;
  const reload = useCallback(async () => {
    const turn = ++latest.current;
    const keep = (next) => turn === latest.current && setState(next);
    try {
      keep({ key, data: await loader.current(), problem: null });
    } catch (problem) {
      keep({ key, data: null, problem });
    }
  }, [key]);
  useEffect(() => {
    reload();
    return () => { latest.current += 1; };
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
