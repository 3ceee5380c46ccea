// Signing in: a name and a password for a session, and plain words where they are wrong.

import { prepareLanguage } from "./language.js";
import { told } from "./told.js";

const byId = (id) => document.getElementById(id);

async function signIn(event) {
  event.preventDefault();
  const button = byId("enter");
  button.disabled = true;
  tell("");
  const wrong = await ask(byId("user").value.trim(), byId("password").value);
  if (wrong === "") {
    location.replace("/");
    return;
  }
  button.disabled = false;
  tell(wrong);
  byId("password").focus();
  byId("password").select();
}

/** What was wrong, in a sentence; empty where nothing was. */
async function ask(name, password) {
  try {
    const response = await fetch("/api/sign-in", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name, password }),
      signal: AbortSignal.timeout(20_000),
    });
    return response.ok ? "" : ended((await response.json()).error);
  } catch {
    return told("The box did not answer. Look whether it has power and this device is connected, then try again.");
  }
}

/** With a stop at its end. */
const ended = (text) => (/[.?!。！？]$/.test(text) ? text : `${text}.`);

const tell = (text) => {
  byId("wrong").textContent = text;
};

byId("sign-in").onsubmit = signIn;
byId("show").onchange = () => {
  byId("password").type = byId("show").checked ? "text" : "password";
};
prepareLanguage();
byId("user").focus();
