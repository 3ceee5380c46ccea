// Who did what on the page: for the installer, when it is opened.

import { byId, dayName, dayOf, make, timeOf } from "./dom.js";
import { told } from "./told.js";

async function show() {
  if (!byId("audit-box").open) return;
  let deeds = null;
  try {
    const response = await fetch("/api/audit");
    if (response.ok) deeds = (await response.json()).deeds;
  } catch {
    deeds = null;
  }
  if (deeds === null) byId("audit").replaceChildren(make("p", { class: "nothing" }, told("It cannot be read just now.")));
  else if (deeds.length === 0) byId("audit").replaceChildren(make("p", { class: "nothing" }, told("Nobody has done anything yet.")));
  else byId("audit").replaceChildren(make("ul", { class: "deeds", "aria-label": told("Who did what") }, ...deeds.map(line)));
}

const line = (deed) =>
  make("li", {}, make("time", { datetime: deed.when }, `${dayName(dayOf(deed.when), dayOf(byId("time").dateTime))}, ${timeOf(deed.when)}`), make("p", {}, make("strong", {}, deed.who), ` ${deed.what}`), make("span", { class: "whence" }, told("from {address}", { address: deed.whence })));

export function prepareAudit() {
  byId("audit-box").addEventListener("toggle", show);
}
