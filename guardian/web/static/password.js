// Choosing a password of one's own: the first one after a one-time password, or another later.

import { prepareLanguage } from "./language.js";
import { told } from "./told.js";

const byId = (id) => document.getElementById(id);
const first = location.pathname === "/"; // in place of the page: who has a one-time password sees nothing else

async function choose(event) {
  event.preventDefault();
  byId("enter").disabled = true;
  byId("wrong").textContent = "";
  const wrong = await send({ old: byId("old").value, new: byId("new").value });
  if (wrong === "") {
    location.replace("/");
    return;
  }
  byId("enter").disabled = false;
  byId("wrong").textContent = wrong;
}

/** What was wrong, in a sentence; empty where nothing was. */
async function send(values) {
  try {
    const response = await fetch("/api/password", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(values),
      signal: AbortSignal.timeout(20_000),
    });
    return response.ok ? "" : ended((await response.json()).error);
  } catch {
    return told("The box did not answer. Look whether it has power and this device is connected, then try again.");
  }
}

/** With a stop at its end. */
const ended = (text) => (/[.?!。！？]$/.test(text) ? text : `${text}.`);

byId("choose").onsubmit = choose;
byId("show").onchange = () => {
  for (const id of ["old", "new"]) byId(id).type = byId("show").checked ? "text" : "password";
};
byId("old-box").hidden = first;
byId("old").required = !first;
byId("back").hidden = first;
prepareLanguage();
byId(first ? "new" : "old").focus();
