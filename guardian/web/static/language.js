// Another language than the household's, for whoever reads another: this browser keeps it, and the box answers in it.

import { LANGUAGE, LANGUAGES } from "./told.js";

const KEPT_SECONDS = 31_536_000;

/** Offer every language by its own name. */
export function prepareLanguage() {
  const choice = document.getElementById("language");
  choice.replaceChildren(...Object.entries(LANGUAGES).map(([code, name]) => option(code, name)));
  choice.value = LANGUAGE;
  choice.onchange = () => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `guardian-language=${choice.value}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Strict${secure}`;
    location.reload();
  };
}

function option(code, name) {
  const element = document.createElement("option");
  element.value = code;
  element.lang = code;
  element.textContent = name;
  return element;
}
