/** Taking back an order of which nothing was sent yet; for its buyer and for staff. */
import { cancelOrder } from "../../api/orders.js";
import { Notice } from "../../parts/notice.js";
import { Sure } from "../../parts/sure.js";
import { html, useState } from "../../view.js";

export const canBeCancelled = ({ status, shipments }) => ["pending", "confirmed"].includes(status) && !shipments?.length;

export function Cancel({ order, onChanged, question = "Cancel the whole order? You get all your money back." }) {
  const [accepted, setAccepted] = useState(false);
  const cancel = async () => {
    const { status, body } = await cancelOrder(order.id);
    setAccepted(status === 202);
    if (body?.id) onChanged(body);
  };
  if (accepted) return html`<${Notice}><p>The order is being cancelled. This may take a minute.</p><//>`;
  return html`
    <div class="cancel">
      <${Sure} text="Cancel this order" question=${question} yes="Yes, cancel it" no="Keep it" work=${cancel} />
    </div>`;
}
