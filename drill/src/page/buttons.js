// Buttons that do something, and the answer beside them.

import { act } from "./api.js";
import { mark, say } from "./dom.js";

const SHOWN_MS = 8000;
const REFUSAL_SHOWN_MS = 20000;
const CONFIRM_MS = 3000;
// A double click is not a confirmation.
const DELIBERATE_MS = 300;

const timers = new WeakMap();

const placeOf = (node) => node.closest("[data-answers]").querySelector(".answer");

function tell(node, look, words, shown_ms) {
  const place = placeOf(node);
  mark(place, "ok", look);
  place.textContent = words;
  clearTimeout(timers.get(place));
  timers.set(place, setTimeout(() => say(place, ""), shown_ms));
}

/** Shows what came of something, in the `.answer` of the part of the page that the node is in. */
export function answer(node, ok, text) {
  tell(node, String(ok), `${ok ? "✓" : "✕"} ${text}`, ok ? SHOWN_MS : REFUSAL_SHOWN_MS);
}

/** Does it once, and says what came of it. A button waits for its answer before it can be pressed again. */
export async function send(button, name, settings) {
  if (button.getAttribute("aria-busy") === "true") return false;
  button.setAttribute("aria-busy", "true");
  const { ok, text } = await act(name, settings);
  button.removeAttribute("aria-busy");
  answer(button, ok, text);
  return ok;
}

/** What is typed, without the fields that are empty. */
export function filled(settings) {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ""));
}

/** A form that sends an act and is emptied when it was done. */
export function form(node, button, name, settings) {
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send(button, name, settings())) node.reset();
    node.dispatchEvent(new CustomEvent("sent"));
  });
}

/** A button that must be pressed a second time within three seconds. Returns what calls it off. */
export function twice(button, question, doIt) {
  const label = button.querySelector(".label");
  const words = label.textContent;
  let armed = null;
  let timer;
  const disarm = () => {
    if (armed === null) return;
    armed = null;
    clearTimeout(timer);
    say(placeOf(button), "");
    mark(button, "armed", null);
    say(label, words);
  };
  const arm = () => {
    armed = Date.now();
    mark(button, "armed", "yes");
    say(label, question);
    tell(button, null, `${question}, within three seconds`, CONFIRM_MS);
    timer = setTimeout(disarm, CONFIRM_MS);
  };
  // A key that is held down repeats; that is no second press.
  button.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  const press = () => {
    if (armed === null) return arm();
    if (Date.now() - armed < DELIBERATE_MS) return;
    disarm();
    doIt();
  };
  return { press, disarm };
}
