// The big buttons, the proposal, notes, and their keys.

import { failing } from "./view.js";
import { answer, filled, form, send, twice } from "./buttons.js";
import { el, mark, say, show } from "./dom.js";
import { span } from "./words.js";

const KEYS = { p: "promote", h: "hold", r: "rollback", s: "step", a: "acknowledge", g: "page", c: "confirm", "?": "help" };

let now = null;
let rollback = null;

/** What the stage ahead is called: a second press cannot promote twice. */
function promotion() {
  const ahead = now.stages.find((stage) => stage.state === "ahead");
  return ahead ? { stage: ahead.name } : {};
}

const ACTS = {
  promote: (button) => send(button, "promote", promotion()),
  hold: (button) => send(button, "hold"),
  step: (button) => send(button, "step"),
  acknowledge: (button) => send(button, "acknowledge", filled({ what: failing(now).map((gate) => gate.name).join(", ") })),
  confirm: (button) => confirm(button),
  "turn-down": (button) => send(button, "hold"),
};

function confirm(button) {
  if (!now.proposal) return answer(button, false, "there is no proposal any more");
  return send(button, now.proposal.act, now.proposal.act === "promote" ? promotion() : {});
}

/** Opens or closes a panel of a button. */
function toggle(button, panel, open = panel.hidden) {
  show(panel, open);
  button.setAttribute("aria-expanded", String(open));
}

function paging() {
  const [button, panel] = [el("page"), el("page-form")];
  button.addEventListener("click", () => {
    toggle(button, panel);
    if (!panel.hidden) el("page-whom").focus({ preventScroll: true });
  });
  const close = () => (toggle(button, panel, false), button.focus());
  el("page-cancel").addEventListener("click", close);
  form(panel, el("page-send"), "page", () => filled({ whom: el("page-whom").value.trim() }));
  panel.addEventListener("sent", close);
}

const visible = (node) => node.offsetParent !== null && !node.disabled;

const typing = (node) => node.matches("input, textarea, select");

function escape(target) {
  rollback.disarm();
  toggle(el("page"), el("page-form"), false);
  toggle(el("help"), el("keys"), false);
  if (typing(target)) target.blur();
}

function press(id) {
  const button = el(id);
  if (visible(button)) button.click();
  else if (visible(el("bar"))) answer(el("buttons"), false, `${id} is not possible now`);
}

function key(event) {
  if (event.key === "Escape") return escape(event.target);
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const focus = { n: "note-text", "/": "log-kind" }[event.key];
  if (focus && visible(el(focus))) el(focus).focus();
  else if (KEYS[event.key]) press(KEYS[event.key]);
  else return;
  event.preventDefault();
}

/** Wires everything that somebody can press. */
export function begin() {
  for (const [id, doIt] of Object.entries(ACTS)) el(id).addEventListener("click", () => doIt(el(id)));
  rollback = twice(el("rollback"), "Press again to roll back", () => send(el("rollback"), "rollback"));
  el("rollback").addEventListener("click", rollback.press);
  el("help").addEventListener("click", () => toggle(el("help"), el("keys")));
  paging();
  form(el("note-form"), el("note"), "note", () => ({ text: el("note-text").value.trim() }));
  document.addEventListener("keydown", key);
}

/** How long a proposal stands, in the rollout's time and in that of people. */
export function countdown({ proposal }, { t_s, speed, paused }) {
  if (!proposal || proposal.expires_s === null) return say(el("proposal-left"), "");
  const left = Math.max(0, proposal.expires_s - t_s);
  const here = speed && speed !== 1 && !paused ? `, ${span(left / speed)} at this pace` : "";
  return say(el("proposal-left"), `(lapses in ${span(left)}${here})`);
}

function nextWords(state) {
  const next = state.playbook.find((step) => step.next);
  return state.phase === "back" && next ? `Run step ${next.number}: ${next.name}` : "Run next step";
}

/** Which buttons there are: those that make sense in the phase, for whoever may press them. */
export function acts(state, may) {
  now = state;
  const back = state.phase === "back";
  show(el("bar"), may.act && !state.over);
  for (const id of ["promote", "hold", "rollback"]) show(el(id), !back);
  if (back) rollback.disarm();
  say(el("step").querySelector(".label"), nextWords(state));
  el("step").classList.toggle("primary", back);
  mark(el("buttons"), "phase", state.phase);
  show(el("proposal"), Boolean(state.proposal));
  if (state.proposal) say(el("proposal-text"), state.proposal.text);
  show(el("turn-down"), !back);
  show(el("note-form"), may.note && !state.over);
}
