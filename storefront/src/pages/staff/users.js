/** Everybody with an account, newest first, or the one with an e-mail address. */
import { listUsers } from "../../api/people.js";
import { Field } from "../../parts/field.js";
import { LoadMore } from "../../parts/load-more.js";
import { Loaded, Notice } from "../../parts/notice.js";
import { useResource } from "../../resource.js";
import { momentText } from "../../times.js";
import { html, useState } from "../../view.js";
import { roleText, statusOf } from "./people-words.js";

export function StatusTag({ user }) {
  const [text, kind] = statusOf(user);
  return html`<span class="tag tag-${kind}">${text}</span>`;
}

const Row = ({ user }) => html`
  <li>
    <a class="order-row user-row" href="/staff/users/${user.id}">
      <span><strong class="long">${user.email}</strong><br /><span class="muted small">${user.name}</span></span>
      <span>${roleText(user.role)}</span>
      <span class="muted">${momentText(user.created_at)}</span>
      <${StatusTag} user=${user} />
    </a>
  </li>`;

function Listed({ page, email, onMore }) {
  if (!page.items.length) return html`<${Notice}><p>${email ? "Nobody has this address." : "There are none."}</p><//>`;
  return html`
    <ul class="orders" role="list" aria-label="Users">${page.items.map((user) => html`<${Row} key=${user.id} user=${user} />`)}</ul>
    <${LoadMore} page=${page} read=${(cursor) => listUsers({ email, cursor })} onMore=${onMore} />`;
}

function Search({ email, error, onSearch }) {
  const [text, setText] = useState(email);
  const search = (event) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  const clear = () => {
    setText("");
    onSearch("");
  };
  return html`
    <form class="search" role="search" noValidate onSubmit=${search}>
      <${Field} label="E-mail address" name="email" type="email" autocomplete="off" maxlength="254" value=${text} error=${error}
        onValue=${setText} required=${false} />
      <button class="button">Find</button>
      ${email && html`<button type="button" class="button button-quiet" onClick=${clear}>Show all</button>`}
    </form>`;
}

export function UserTable() {
  const [email, setEmail] = useState("");
  const users = useResource(`users ${email}`, () => listUsers({ email }));
  const error = users.problem?.fields?.email;
  return html`
    <h1>Users</h1>
    <${Search} email=${email} error=${error} onSearch=${setEmail} />
    ${!error && html`
      <${Loaded} resource=${users}>
        ${(page) => html`<${Listed} key=${email} page=${page} email=${email} onMore=${users.replace} />`}
      <//>`}`;
}
