/** Name, language and consent. */
import { changeProfile } from "../../api/account.js";
import { useBase } from "../../parts/base.js";
import { Field, Select } from "../../parts/field.js";
import { SendButton, SendingProblem, useSending } from "../../parts/form.js";
import { toast } from "../../parts/toast.js";
import { html, useState } from "../../view.js";

const LANGUAGES = ["en", "en-GB", "en-US", "da", "de", "de-AT", "de-CH", "es", "fr", "it", "nl", "pl", "pt", "sv"];

const languageName = (code) => {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code);
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
};

/** What the account has may have been chosen elsewhere. */
const languagesWith = (code) => [...new Set([...LANGUAGES, code])].map((one) => [one, languageName(one)]);

const valuesOf = ({ name, locale, marketing_consent }) => ({ name, locale: locale ?? "en", marketing_consent });

/** Only what was changed is sent. */
const changesOf = (values, user) => Object.fromEntries(Object.entries(values).filter(([part, value]) => value !== user[part]));

function Form({ user, onChanged, onReload }) {
  const [values, setValues] = useState(() => valuesOf(user));
  const base = useBase(user, valuesOf);
  const sending = useSending(async () => {
    const changes = changesOf(values, base.current);
    if (Object.keys(changes).length) onChanged((base.current = await changeProfile(base.current.version, changes)));
    toast("Saved.");
  });
  const part = (name) => ({ name, value: values[name], error: sending.errors[name], onValue: (text) => setValues({ ...values, [name]: text }) });
  return html`
    <form class="stack" onSubmit=${sending.send}>
      <${SendingProblem} sending=${sending} places=${Object.keys(values)}>
        ${sending.problem?.status === 412 && html`
          <button type="button" class="button button-quiet" onClick=${onReload}>Load it again</button>`}
      <//>
      <${Field} label="Name" ...${part("name")} autocomplete="name" maxlength="200" />
      <${Select} label="Language" ...${part("locale")} choices=${languagesWith(values.locale)} hint="Our mails are in English for now; we keep your wish for later." />
      <label class="check">
        <input type="checkbox" checked=${values.marketing_consent}
          onChange=${(event) => setValues({ ...values, marketing_consent: event.currentTarget.checked })} />
        <span>Write to me about new products now and then</span>
      </label>
      <p><${SendButton} sending=${sending}>Save<//></p>
    </form>`;
}

/** Loaded again, the form begins anew with what the shop has. */
export function ProfileForm({ user, onChanged, onReload }) {
  const [turn, setTurn] = useState(0);
  const reload = async () => {
    await onReload();
    setTurn(turn + 1);
  };
  return html`
    <section class="panel" aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <p class="muted">${user.email} · <a href="/account/security">Change</a></p>
      <${Form} key=${turn} user=${user} onChanged=${onChanged} onReload=${reload} />
    </section>`;
}
