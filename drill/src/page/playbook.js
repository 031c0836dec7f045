// The playbook: a checklist that ticks with who and when.

import { clone, el, keep, make, mark, say, sayIn, show } from "./dom.js";
import { at, span } from "./words.js";

/** Whether it was run before a step that comes first and applies: that one was skipped or came later. */
export function outOfOrder(step, steps) {
  if (!step.runs.length) return false;
  const before = steps.filter((other) => other.number < step.number && other.applies);
  return before.some((other) => !other.runs.length || other.runs[0].at_s > step.runs[0].at_s);
}

function badgesOf(step, steps) {
  return [
    step.next && ["next", "tag now"],
    step.runs.length > 1 && [`run ${step.runs.length} times`, "tag warn"],
    outOfOrder(step, steps) && ["out of order", "tag warn"],
    !step.applies && ["does not apply to what fails", "tag"],
  ].filter(Boolean);
}

function runWords(run) {
  const effect = run.done_s === null ? "is taking effect" : `in effect at ${at(run.done_s)}`;
  return `${run.who} at ${at(run.at_s)}, ${effect}`;
}

function showStep(node, step, { steps, may }) {
  const ran = step.runs.length > 0;
  mark(node, "step", step.number);
  mark(node, "ran", ran);
  mark(node, "next", step.next);
  mark(node, "applies", String(step.applies));
  sayIn(node, "box", ran ? "☑" : "☐");
  sayIn(node, "name", `${step.number}. ${step.name}`);
  sayIn(node, "does", [step.does, step.takes_s > 0 && `takes ${span(step.takes_s)}`].filter(Boolean).join("; "));
  keep(node.querySelector(".badges"), badgesOf(step, steps), ([words]) => words, ([words, look]) => make("span", look, words), () => {});
  keep(node.querySelector(".runs"), step.runs, (_, i) => i, () => clone("run-template"), (line, run) => sayIn(line, "words", `✓ ${runWords(run)}`));
  const button = node.querySelector(".run");
  show(button, may);
  say(button, ran ? "Run again" : "Run");
  button.setAttribute("aria-label", `${ran ? "Run again" : "Run"}: step ${step.number}, ${step.name}`);
  button.classList.toggle("primary", step.next);
}

/** While rolling back the steps come first: above the gates. */
function place(phase) {
  const section = el("playbook-section");
  const home = phase === "back" ? el("left") : el("right");
  if (section.parentElement === home) return;
  const focus = document.activeElement;
  home.prepend(section);
  if (section.contains(focus)) focus.focus();
}

function recovery({ recovery: check, budget, decided_s: decided }) {
  show(el("recovery"), Boolean(check));
  if (check) {
    const state = check.validated_s === null ? `must last ${span(check.clean_for_s)}` : `✓ validated at ${at(check.validated_s)}`;
    say(el("recovery"), `Recovery check: ${check.text} (${state})`);
    mark(el("recovery"), "validated", check.validated_s !== null);
  }
  const { withdraw_within_s: withdraw, recover_within_s: recover } = budget;
  const parts = [withdraw !== null && `withdrawn within ${span(withdraw)} of the first harm`, recover !== null && `recovered within ${span(recover)} after that`];
  const words = parts.filter(Boolean).join(", ");
  say(el("budget"), words && `Budget: ${words}${decided === null ? "" : `; decided at ${at(decided)}`}`);
}

/** The checklist and the recovery check. `run(number, button)` runs a step. */
export function playbook(state, may, run) {
  place(state.phase);
  const context = { steps: state.playbook, may: may && state.phase === "back" };
  const create = (step) => {
    const node = clone("step-template");
    const button = node.querySelector(".run");
    button.addEventListener("click", () => run(step.number, button));
    return node;
  };
  keep(el("playbook"), state.playbook, (step) => step.number, create, (node, step) => showStep(node, step, context));
  const applying = state.playbook.filter((step) => step.applies);
  const ran = applying.filter((step) => step.runs.length).length;
  say(el("ticked"), applying.length ? `${ran} of ${applying.length} run` : "");
  recovery(state);
}
