/** The own picture: chosen, looked at, and only then sent. */
import { uploadAvatar } from "../../api/account.js";
import { Face } from "../../parts/face.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { Progress } from "../../parts/progress.js";
import { toast } from "../../parts/toast.js";
import { html, useEffect, useRef, useState } from "../../view.js";

const TYPES = ["image/png", "image/jpeg", "image/webp"];
const MOST_BYTES = 5 * 1024 * 1024;

const UNFIT = {
  type: "Please choose a PNG, JPEG or WebP picture.",
  size: "This file is larger than 5 MB.",
  content: "This file cannot be shown as a picture. Please choose another.",
};

const unfit = (file) => (!TYPES.includes(file.type) ? UNFIT.type : file.size > MOST_BYTES ? UNFIT.size : null);

/** The address of a file in this browser, given back when another takes its place. */
function usePreview(file) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    const made = file && URL.createObjectURL(file);
    setUrl(made);
    return () => made && URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

export function Avatar({ user, onChanged }) {
  const [file, setFile] = useState(null);
  const [error, setError] = useState(null);
  const [progress, setProgress] = useState(0);
  const preview = usePreview(file);
  const input = useRef(null);
  const choose = (chosen) => {
    const wrong = chosen && unfit(chosen);
    setError(wrong);
    setFile(wrong ? null : chosen ?? null);
    sending.forget();
  };
  const sending = useSending(async () => {
    setProgress(0);
    onChanged(await uploadAvatar(file, setProgress));
    input.current.value = "";
    setFile(null);
    toast("Your new picture is there.");
  });
  const onUnreadable = () => {
    setFile(null);
    setError(UNFIT.content);
  };
  return html`
    <section class="panel" aria-labelledby="picture-title">
      <h2 id="picture-title">Picture</h2>
      <form class="stack" onSubmit=${sending.send}>
        <${Face} url=${preview ?? user.avatar_url} name=${user.name} size=${112}
          alt=${preview ? "The picture you have chosen" : "Your picture"} onError=${preview ? onUnreadable : undefined} />
        <${SendingProblem} sending=${sending} />
        <div class="field ${error ? "field-bad" : ""}">
          <label for="avatar">${user.avatar_url ? "Choose another picture" : "Choose a picture"}</label>
          <input id="avatar" type="file" accept=${TYPES.join()} ref=${input} disabled=${sending.busy}
            aria-describedby="avatar-hint ${error ? "avatar-error" : ""}" aria-invalid=${error ? "true" : undefined}
            onChange=${(event) => choose(event.currentTarget.files[0])} />
          <p class="hint" id="avatar-hint">PNG, JPEG or WebP, 5 MB at most.</p>
          ${error && html`<p class="error" id="avatar-error" role="alert">${error}</p>`}
        </div>
        ${sending.busy && html`<${Progress} done=${progress} />`}
        ${file && html`<p><${SendButton} sending=${sending}>Use this picture<//></p>`}
      </form>
    </section>`;
}
