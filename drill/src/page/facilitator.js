// What only the facilitator has: the truth, and the controls of the drill.

import { filled, form, send, twice } from "./buttons.js";
import { clone, el, keep, mark, say, sayIn, show } from "./dom.js";
import { PRESETS } from "./presets.js";
import { at, count, percent } from "./words.js";

let paused = false;

function showFault(node, fault) {
  sayIn(node, "when", fault.began_s === null ? fault.due || "planned" : `in force since ${at(fault.began_s)}`);
  node.querySelector(".when").classList.toggle("warn", fault.began_s !== null);
  sayIn(node, "name", fault.name);
  sayIn(node, "injected", fault.injected ? "injected" : "");
  sayIn(node, "does", fault.text);
}

function harmWords({ harmed, harmed_s: first, shown_s: shown }) {
  if (!harmed) return "nobody yet";
  const telemetry = shown === null ? "telemetry does not show it yet" : `telemetry shows it since ${at(shown)}`;
  return `${count(harmed, "outcome")}, first at ${at(first)}; ${telemetry}`;
}

/** The truth beside what telemetry brought. */
export function facilitator(state) {
  const { truth } = state;
  show(el("facilitator"), Boolean(truth));
  document.body.classList.toggle("leads", Boolean(truth));
  if (!truth) return;
  say(el("truth-scenario"), truth.scenario);
  say(el("truth-about"), truth.about);
  say(el("truth-seed"), String(truth.seed));
  say(el("truth-expect"), truth.expect === "rollback" ? "roll back" : "let it go on to everyone");
  mark(el("truth-expect"), "expect", truth.expect);
  say(el("truth-exposure"), `${percent(truth.exposure)} truly; telemetry tells ${state.exposure === null ? "nothing yet" : percent(state.exposure)}`);
  say(el("truth-requests"), count(truth.exposed_requests, "request"));
  say(el("truth-harm"), harmWords(truth));
  keep(el("faults"), truth.faults, (_, i) => i, () => clone("fault-template"), showFault);
  show(el("no-faults"), !truth.faults.length);
  for (const id of ["inject", "herring", "away", "end-form"]) show(el(id), !state.over);
}

/** The pace, for whoever may set it. */
export function paces({ clock }, may) {
  paused = clock.paused;
  show(el("paces"), may);
  say(el("pause"), paused ? "Go on" : "Pause");
  const pace = clock.speed === null ? "max" : String(clock.speed);
  for (const button of document.querySelectorAll("[data-speed]")) {
    button.setAttribute("aria-pressed", String(button.dataset.speed === pace));
  }
}

function beginPaces() {
  el("pause").addEventListener("click", () => send(el("pause"), "pause", { on: !paused }));
  el("step-1m").addEventListener("click", () => send(el("step-1m"), "pause", { step: "1m" }));
  for (const button of document.querySelectorAll("[data-speed]")) {
    const speed = button.dataset.speed;
    button.addEventListener("click", () => send(button, "speed", { speed: speed === "max" ? speed : Number(speed) }));
  }
}

function beginInject() {
  const select = el("inject-fault");
  select.replaceChildren(new Option("choose", ""), ...PRESETS.map(([name]) => new Option(name.replaceAll("_", " "), name)));
  const about = () => say(el("inject-about"), PRESETS.find(([name]) => name === select.value)?.[1] ?? "");
  select.addEventListener("change", about);
  el("inject").addEventListener("sent", about);
  const settings = () =>
    filled({ fault: select.value, by: el("inject-by").value.trim(), for: el("inject-for").value.trim(), on: el("inject-on").value });
  form(el("inject"), el("inject").querySelector("button"), "inject", settings);
  form(el("herring"), el("herring").querySelector("button"), "inject", () => ({ herring: el("herring-text").value.trim() }));
}

function beginPeople() {
  const who = () => el("away-who").value.trim();
  form(el("away"), el("away").querySelector("button"), "inject", () => filled({ away: who(), for: el("away-for").value.trim() }));
  el("back").addEventListener("click", () => el("away").reportValidity() && send(el("back"), "inject", { back: who() }));
}

/** Wires the controls. */
export function begin() {
  beginPaces();
  beginInject();
  beginPeople();
  const end = twice(el("end"), "Press again to end it", () => send(el("end"), "end", filled({ reason: el("end-reason").value.trim() })));
  el("end-form").addEventListener("submit", (event) => (event.preventDefault(), end.press()));
}
