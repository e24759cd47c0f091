/** Looking again at an order that is on the move. */
import { findOrder } from "../../api/orders.js";
import { useEffect } from "../../view.js";

const ASK_AGAIN_MS = 2000;

/** Money that the provider has not sent back yet. */
const owing = ({ refunds }) => refunds.some(({ status }) => status === "pending");

const moves = (order) => order.status === "pending" || owing(order);

/** Asks again while something is still to happen by itself, also when an answer gets lost. */
export function useFollowing(order, onChanged) {
  useEffect(() => {
    if (!moves(order)) return undefined;
    let timer = 0;
    let over = false;
    const again = () => { if (!over) timer = setTimeout(look, ASK_AGAIN_MS); };
    const look = () => findOrder(order.id).then((next) => over || onChanged(next), again);
    again();
    return () => { over = true; clearTimeout(timer); };
  }, [order]);
}
