// The page: what the box says goes to its parts, and the state of the connection above everything.

import { showAlarm, showQuick } from "./alarm.js";
import { prepareAudit } from "./audit.js";
import { showBoxes } from "./boxes.js";
import { byId, dayOf, make, say, timeOf, whenChanged } from "./dom.js";
import { showHabits } from "./days.js";
import { takeSkeleton } from "./figure.js";
import { refreshIncidents } from "./incidents.js";
import { prepareLanguage } from "./language.js";
import { listen } from "./link.js";
import { learnWhoIAm, showUser } from "./me.js";
import { BUTTONS, askName, knowFeedback, names } from "./press.js";
import { showKnown } from "./people.js";
import { knowPlaces, knowWhoIsThere, preparePlaces } from "./places.js";
import { prepareReplay } from "./replay.js";
import { showClosely, showPeople, showRooms } from "./rooms.js";
import { showSenses } from "./senses.js";
import { pieces, told } from "./told.js";
import { invite, showUsers } from "./users.js";

const LINK_WORDS = {
  live: told("Live"),
  late: told("Not watching"),
  lost: told("No connection"),
  locked: told("Locked"),
  connecting: told("Connecting"),
};

let wall = "";
let version = null;
let title = "Guardian";

const on = {
  skeleton: takeSkeleton,
  state(state) {
    title = `${state.headline.title} – Guardian`;
    document.title = title;
    say(byId("household"), state.household);
    showAlarm(state);
    showRooms(state.rooms);
    showBoxes(state.boxes);
    knowPlaces(state);
    showSenses(state.senses);
    showClosely(state.incidents[0]?.box ? null : state.incidents[0]?.room, state.rooms);
    showHealth(state);
    showFeedback(state);
    showHabits(state.habits, state.rooms);
    if (state.version !== version) {
      version = state.version;
      refreshIncidents(dayOf(wall || new Date().toISOString()));
    }
  },
  known: showKnown,
  people(people) {
    showPeople(people.rooms);
    knowWhoIsThere(people.rooms);
  },
  beat(beat) {
    if (wall && dayOf(wall) !== dayOf(beat.wall)) refreshIncidents(dayOf(beat.wall));
    wall = beat.wall;
    say(byId("time"), timeOf(wall));
    byId("time").dateTime = wall;
  },
  link(word) {
    document.documentElement.dataset.link = word;
    say(byId("link-word"), LINK_WORDS[word]);
    const trouble = TROUBLES[word];
    byId("lost").hidden = !trouble;
    for (const id of ["actions", "quick", "others", "rooms", "people"]) byId(id).inert = word === "lost" || word === "locked";
    if (!trouble) {
      document.title = title;
      learnWhoIAm();
      if (word === "live") refreshIncidents(dayOf(wall || new Date().toISOString()));
      return;
    }
    byId("lost-in").hidden = word !== "locked";
    document.title = `⚠ ${trouble.title} – Guardian`;
    byId("lost-title").textContent = trouble.title;
    byId("lost-detail").textContent = trouble.detail(wall ? timeOf(wall) : "");
  },
};

const seen = (time) =>
  time ? told("What you see below is from {time} and may no longer be true.", { time }) : told("What you see below is old and may no longer be true.");

const TROUBLES = {
  lost: {
    title: told("No connection to the box"),
    detail: (time) => `${seen(time)} ${told("Do not rely on it: call, or go and look.")}`,
  },
  locked: {
    title: told("You are signed out"),
    detail: (time) => seen(time),
  },
  late: {
    title: told("Guardian has stopped watching"),
    detail: () => told("The box answers, but its watch stands still. A fall would go unnoticed: restart the box, and look in until then."),
  },
};

function showHealth(state) {
  whenChanged(byId("health"), [state.panel, state.faults, state.trial], () => {
    const faults = state.faults.map((fault) =>
      make("li", { class: "fault" }, make("strong", {}, `${fault.part}${fault.room ? `, ${fault.room}` : ""}:`), ` ${fault.reason}`),
    );
    const parts = faults.length ? faults : [make("li", { class: "fine" }, told("Everything works"))];
    const box = make("li", {}, state.panel.says);
    const trial = state.trial ? [make("li", {}, state.trial)] : [];
    byId("health").replaceChildren(...parts, box, ...trial);
  });
}

/** What is kept to learn from; hidden where nothing is, and nothing will be. */
function showFeedback({ feedback, rooms }) {
  knowFeedback(feedback.on, rooms.map((room) => room.name));
  byId("feedback").hidden = !feedback.on && feedback.kept === 0;
  byId("missed").hidden = !feedback.on;
  byId("forget").hidden = feedback.kept === 0 && feedback.since === null;
  const kept = feedback.kept ? keptScenes(feedback.kept) : told("No scene is kept yet.");
  const since = feedback.on && feedback.since ? ` ${told("A fall since {time} can still be told.", { time: feedback.since })}` : "";
  say(byId("feedback-text"), kept + since);
}

const keptScenes = (number) =>
  number === 1 ? told("1 scene of stick figures kept on this box.") : told("{number} scenes of stick figures kept on this box.", { number });

function showMe() {
  if (showUser()) return;
  const name = names()[0];
  const change = make(
    "button",
    { type: "button", class: "quiet small", onclick: () => askName(told("Who are you?"), told("Your name is shown to others when you take an alarm. It stays on this device."), told("Remember me")) },
    name ? told("Change") : told("Say who you are"),
  );
  byId("me").replaceChildren(...(name ? [...pieces("You are {name}", { name: make("strong", {}, name) }), " "] : []), change);
}

function start() {
  prepareLanguage();
  showQuick();
  showMe();
  prepareReplay();
  prepareAudit();
  preparePlaces();
  byId("missed").onclick = () => BUTTONS.missed();
  byId("forget").onclick = () => BUTTONS.forget();
  byId("invite").onclick = () => invite();
  byId("enrol").onclick = () => BUTTONS.enrol();
  document.addEventListener("named", showMe);
  document.addEventListener("named", showUsers);
  listen(on);
}

start();
