/** From one page of the account to another. */
import { Tabs } from "../../parts/tabs.js";
import { html } from "../../view.js";

const PAGES = [
  ["/account", "Profile"],
  ["/orders", "Orders"],
  ["/account/addresses", "Addresses"],
  ["/account/security", "Security"],
  ["/account/data", "Your data"],
];

export const AccountTabs = () => html`<${Tabs} label="Your account" pages=${PAGES} />`;
