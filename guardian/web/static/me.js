// Who looks at the page: a user who signed in, or whoever opened it with the secret of the box.

import { byId, make } from "./dom.js";
import { pieces, told } from "./told.js";

let user = { name: "", role: "" };

/** The name that was signed in with; empty where nobody has signed in by name. */
export const signedIn = () => user.name;

/** What may be done here: caregiver or installer; empty until the box has told. */
export const role = () => user.role;

/** Ask the box who it is, and show what this role may do. */
export async function learnWhoIAm() {
  try {
    const response = await fetch("/api/me");
    if (!response.ok) return;
    user = await response.json();
  } catch {
    return; // the connection says so by itself, and asks again
  }
  document.documentElement.dataset.role = user.role;
  document.dispatchEvent(new CustomEvent("named"));
}

/** Sign out, and go to where one signs in. */
async function signOut() {
  try {
    await fetch("/api/sign-out", { method: "POST" });
  } finally {
    location.replace("/");
  }
}

/** Show who is signed in, with a way out; false where nobody is by name. */
export function showUser() {
  if (!user.name) return false;
  const out = make("button", { type: "button", class: "quiet small", onclick: signOut }, told("Sign out"));
  const another = make("a", { href: "/password", class: "quiet-link" }, told("Change my password"));
  byId("me").replaceChildren(...pieces("You are signed in as {name}", { name: make("strong", {}, user.name) }), " ", another, " ", out);
  return true;
}
