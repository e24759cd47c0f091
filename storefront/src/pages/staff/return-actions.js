/** What staff decide about a return, and that it has arrived. */
import { judgeReturn } from "../../api/orders.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { Sure } from "../../parts/sure.js";
import { toast } from "../../parts/toast.js";
import { html } from "../../view.js";

const SAID = {
  approve: "The return is approved.",
  reject: "The return is rejected.",
  receive: "The goods are back in stock and the money is on its way.",
};

export function ReturnActions({ order, one, onChanged }) {
  const judge = async (verdict) => {
    onChanged(await judgeReturn(order.id, one.id, verdict));
    toast(SAID[verdict]);
  };
  const approving = useSending(() => judge("approve"));
  if (one.status === "approved") {
    return html`
      <${Sure} text="It has arrived" question="Has all of it arrived? It goes back to stock, and the buyer gets the money back." yes="Yes, take it back"
        no="Not yet" kind="" work=${() => judge("receive")} />`;
  }
  if (one.status !== "requested") return null;
  return html`
    <${SendingProblem} sending=${approving} />
    <div class="actions">
      <${SendButton} sending=${approving} type="button" onClick=${approving.send}>Approve<//>
      <${Sure} text="Reject" question="Reject this return?" yes="Reject it" no="Not now" work=${() => judge("reject")} />
    </div>`;
}
