// Who may sign in: for the installer, with a one-time password that is shown once.

import { byId, dayName, dayOf, make } from "./dom.js";
import { role, signedIn } from "./me.js";
import { ask, confirmed, post, toast } from "./press.js";
import { told } from "./told.js";

const ROLES = { caregiver: told("Caregiver"), installer: told("Installer") };
const CHOICES = [
  ["caregiver", told("Caregiver: sees the home and answers alarms")],
  ["installer", told("Installer: also changes the box, and who may sign in")],
];

/** Show who may sign in; nothing to those who may not know. */
export async function showUsers() {
  byId("users-box").hidden = role() !== "installer";
  if (byId("users-box").hidden) return;
  let users = null;
  try {
    const response = await fetch("/api/users");
    if (response.ok) ({ users } = await response.json());
  } catch {
    users = null;
  }
  if (users === null) byId("users").replaceChildren(make("p", { class: "nothing" }, told("They cannot be read just now.")));
  else if (users.length === 0) byId("users").replaceChildren(make("p", { class: "nothing" }, told("Nobody may sign in yet.")));
  else byId("users").replaceChildren(make("ul", { class: "acquainted", "aria-label": told("Who may sign in") }, ...users.map(item)));
}

function item(user) {
  const button = (label, doing) => make("button", { type: "button", class: "quiet small", "aria-label": `${label}: ${user.name}`, onclick: () => doing(user) }, label);
  const own = user.name === signedIn();
  const words = make("p", {}, make("strong", {}, user.name), make("span", { class: "where-known" }, `${own ? told("{role}, you", { role: ROLES[user.role] }) : ROLES[user.role]} · ${standing(user)}`));
  const buttons = own ? [] : [button(told("Another role"), appoint), button(told("One-time password"), reset), button(told("Remove"), remove)];
  return make("li", { class: "card user", "data-user": user.name }, words, make("div", { class: "user-buttons" }, ...buttons, button(told("Sign out everywhere"), signOut)));
}

function standing({ devices, invited }) {
  if (invited) return told("has a one-time password until {day}", { day: dayName(dayOf(invited)) });
  if (devices === 0) return told("signed in nowhere");
  return devices === 1 ? told("signed in on 1 device") : told("signed in on {number} devices", { number: devices });
}

async function change(verb, values) {
  const answer = await post(`users/${verb}`, values);
  await showUsers();
  return answer;
}

/** Let somebody in: by which name, as what, and with which password for the first time. */
export async function invite() {
  const heading = told("Let somebody in");
  const said = await ask({ heading, text: told("By which name do they sign in? A first name is enough."), yes: told("Go on"), wantsName: told("Their name") });
  if (!said) return;
  const chosen = await ask({ heading, text: told("What may {name} do?", { name: said.name }), choices: CHOICES });
  const added = chosen && (await change("add", { name: said.name, role: chosen }));
  if (added) await show(added);
}

const show = ({ name, password }) =>
  ask({
    heading: told("The one-time password of {name}", { name }),
    text: told("Write it down or read it out now: it is not shown again. It lets in for a week, and asks for a password of their own at once."),
    secret: password,
    yes: told("I have passed it on"),
  });

async function appoint({ name, role: now }) {
  const chosen = await ask({ heading: told("Another role for {name}?", { name }), text: told("It signs them out everywhere."), choices: CHOICES.filter(([each]) => each !== now) });
  if (chosen) await change("role", { name, role: chosen });
}

async function reset({ name }) {
  const text = told("Their password counts no more, and they are signed out everywhere.");
  if (!(await confirmed(told("A one-time password for {name}?", { name }), text, told("Yes, make one")))) return;
  const made = await change("reset", { name });
  if (made) await show(made);
}

async function remove({ name }) {
  const text = told("They may sign in no more, and see nothing from now on.");
  if (await confirmed(told("Remove {name}?", { name }), text, told("Yes, remove"), "danger")) {
    if (await change("remove", { name })) toast(told("{name} may sign in no more.", { name }));
  }
}

async function signOut({ name }) {
  const text = told("On every phone and computer. The password stays as it is.");
  if (await confirmed(told("Sign {name} out everywhere?", { name }), text, told("Yes, sign out"))) {
    if (await change("sign-out", { name })) toast(told("{name} is signed out everywhere.", { name }));
  }
}
