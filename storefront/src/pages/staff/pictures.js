/** Pictures go from this browser straight to the store; the shop is only told before and after. */
import { completeImage, deleteImage, readProduct, startImage } from "../../api/catalog.js";
import { messageOf } from "../../api/messages.js";
import { sendTo } from "../../api/upload.js";
import { Field } from "../../parts/field.js";
import { keepFocus } from "../../parts/focus.js";
import { Notice } from "../../parts/notice.js";
import { Progress } from "../../parts/progress.js";
import { toast } from "../../parts/toast.js";
import { html, useRef, useState } from "../../view.js";
import { useFollowing } from "./following.js";

const TYPES = "image/png,image/jpeg,image/webp";
const MOST_BYTES = 10 * 1024 * 1024;

async function upload(productId, file, alt, onProgress) {
  const { image_id, upload: target } = await startImage(productId, file, alt);
  await sendTo(target, file, onProgress);
  onProgress(1);
  return (await completeImage(productId, image_id)).status;
}

/** Until the shop has looked into a picture, only staff know of it. */
const Processing = ({ image }) => html`
  <div class="picture picture-none" role="status"><span class="spinner" aria-hidden="true"></span>
    <span class="visually-hidden">The picture ${image.alt} is being made ready</span></div>`;

function Shown({ image, productId, onChanged }) {
  const [problem, setProblem] = useState(null);
  const remove = () => deleteImage(productId, image.id).then(onChanged, setProblem).then(keepFocus);
  return html`
    <li>
      ${image.status === "processing"
        ? html`<${Processing} image=${image} />`
        : html`<img src=${image.thumb_url} alt=${image.alt} width="160" height="160" loading="lazy" />`}
      <p class="muted small">${image.width} × ${image.height}${image.alt && ` · ${image.alt}`}</p>
      <button type="button" class="link" aria-label="Remove picture ${image.alt}" onClick=${remove}>Remove</button>
      ${problem && html`<p class="error" role="alert">${messageOf(problem)}</p>`}
    </li>`;
}

function UploadForm({ productId, onChanged }) {
  const [alt, setAlt] = useState("");
  const [state, setState] = useState({ progress: null, problem: null, tooBig: false });
  const input = useRef(null);
  const send = async (event) => {
    event.preventDefault();
    const [file] = input.current.files;
    if (!file) return;
    if (file.size > MOST_BYTES) return setState({ progress: null, problem: null, tooBig: true });
    setState({ progress: 0, problem: null, tooBig: false });
    try {
      const status = await upload(productId, file, alt.trim(), (progress) => setState({ progress, problem: null, tooBig: false }));
      await onChanged();
      input.current.value = "";
      setAlt("");
      setState({ progress: null, problem: null, tooBig: false });
      toast(status === "processing" ? "The picture has arrived and is being made ready." : "The picture is in the shop.");
    } catch (problem) {
      setState({ progress: null, problem, tooBig: false });
    }
  };
  const busy = state.progress !== null;
  return html`
    <form class="stack upload" onSubmit=${send}>
      <div class="field">
        <label for="picture">Picture</label>
        <input id="picture" type="file" accept=${TYPES} required ref=${input} disabled=${busy} aria-describedby="picture-hint" />
        <p class="hint" id="picture-hint">PNG, JPEG or WebP, 10 MB at most.</p>
      </div>
      <${Field} label="What it shows" name="alt" value=${alt} onValue=${setAlt} error=${state.problem?.fields.alt}
        hint="For those who cannot see it." disabled=${busy} />
      ${state.tooBig && html`<p class="error" role="alert">This file is larger than 10 MB.</p>`}
      ${state.problem && html`<${Notice} kind="problem"><p>${messageOf(state.problem)}</p><//>`}
      ${busy && html`<${Progress} done=${state.progress} />`}
      <p><button class="button" disabled=${busy}>Upload</button></p>
    </form>`;
}

const unready = ({ images }) => images.some(({ status }) => status === "processing");

/** `onChanged` reads the product again, `onRead` gets it. A picture that turns out to be none is taken off by the shop. */
export function Pictures({ product, onChanged, onRead }) {
  useFollowing(product, unready(product), async () => (await readProduct(product.id)).body, onRead);
  return html`
    <section aria-labelledby="pictures">
      <h2 id="pictures">Pictures</h2>
      ${product.images.length > 0 && html`
        <ul class="staff-pictures" role="list">
          ${product.images.map((image) => html`<${Shown} key=${image.id} image=${image} productId=${product.id} onChanged=${onChanged} />`)}
        </ul>`}
      <${UploadForm} productId=${product.id} onChanged=${onChanged} />
    </section>`;
}
