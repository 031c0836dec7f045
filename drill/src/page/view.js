// The head of the page: time, what matters now, the ladder, the end, the people.

import { clone, el, keep, make, mark, say, sayIn, show } from "./dom.js";
import { link } from "./api.js";
import { at, count, list, percent, span } from "./words.js";

export const failing = (state) => state.gates.filter((gate) => gate.in_force && gate.status === "fail");

const WHY_OVER = {
  finished: "The rollout has reached everyone.",
  recovered: "Rolled back, and the recovery is validated.",
  horizon: "The scenario has come to its end.",
  "time limit": "The time limit is reached.",
  "nobody attended": "Nobody attended.",
  "stop condition": "A stop condition is met.",
  ended: "The facilitator has ended it.",
  interrupted: "It was interrupted.",
};

/** The time and its pace. */
export function clock({ t_s, speed, paused, behind_s }, isOver) {
  say(el("clock"), at(t_s));
  mark(el("clock"), "t", Math.floor(t_s));
  say(el("pace"), speed === null ? "as fast as it can" : `${speed}x`);
  show(el("pace"), !isOver);
  show(el("paused"), paused && !isOver);
  show(el("behind"), behind_s >= 1 && !isOver);
  say(el("behind"), `behind by ${span(behind_s)}`);
}

function verdicts(state) {
  const judged = state.gates.filter((gate) => gate.in_force);
  const said = (status) => judged.filter((gate) => gate.status === status).length;
  const parts = [[said("pass"), "pass"], [said("inconclusive"), "inconclusive"], [said("no-data"), "without data"]];
  const words = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return judged.length ? `${count(judged.length, "gate")} in force: ${list(words) || "none has said anything yet"}` : "No gate is in force";
}

/** `[look, words, gates to name]`: the one sentence that matters now. */
function alarmOf(state) {
  const fails = failing(state);
  if (state.over) return ["none", "", []];
  if (state.phase === "back") return ["back", backWords(state), fails];
  if (fails.length) return ["fail", `${count(fails.length, "gate")} ${fails.length === 1 ? "fails" : "fail"}:`, fails];
  return ["calm", `${verdicts(state)}.`, []];
}

function backWords(state) {
  const decided = `Rolled back at ${at(state.decided_s ?? 0)}.`;
  if (state.recovery?.validated_s != null) return `${decided} Recovery validated at ${at(state.recovery.validated_s)}.`;
  const next = state.playbook.find((step) => step.next);
  if (next) return `${decided} Next: step ${next.number} of ${state.playbook.length}, ${next.name}.`;
  return `${decided} All steps are run: wait for the recovery check.`;
}

function nameGate(gate) {
  const node = make("a", "", gate.name);
  node.href = `#gate-${gate.name}`;
  return node;
}

/** The sentence that screen readers hear when it changes. */
export function alarm(state) {
  const [look, words, gates] = alarmOf(state);
  const node = el("alarm");
  const told = [look, words, ...gates.map((gate) => `${gate.name} ${gate.since_s}`)].join("|");
  if (node.dataset.told === told) return;
  node.dataset.told = told;
  mark(node, "alarm", look);
  const failed = look === "back" && gates.length ? [" Failing: "] : [" "];
  const named = gates.flatMap((gate, i) => [i ? ", " : "", nameGate(gate), gate.since_s === null ? "" : ` since ${at(gate.since_s)}`]);
  const icon = make("span", "icon", { fail: "✕", back: "↩", calm: "•" }[look] ?? "");
  icon.setAttribute("aria-hidden", "true");
  node.replaceChildren(icon, words, ...(gates.length ? failed : []), ...named);
}

/** The tab's title. */
export function title(state, connected) {
  const fails = failing(state).map((gate) => gate.name);
  const ran = state.playbook.filter((step) => step.applies && step.runs.length).length;
  const of = state.playbook.filter((step) => step.applies).length;
  const stage = state.stages.find((one) => one.state === "current" || one.state === "entering");
  let words = stage?.name ?? state.phase;
  if (fails.length) words = `FAIL ${fails.join(", ")}`;
  if (state.phase === "back") words = `Rolled back, ${ran}/${of} steps`;
  if (state.over) words = `Over: ${state.over.reason}`;
  document.title = `${connected ? "" : "(not connected) "}${words} - ${state.policy} drill`;
}

const STAGE_ICONS = { passed: "✓", current: "▶", entering: "…", ahead: "", left: "↩" };
const STAGE_WORDS = { passed: "passed", current: "now", entering: "entering", ahead: "ahead", left: "rolled back from" };

function soakWords(stage) {
  if (stage.served_s === null || stage.state !== "current") return `soak ${span(stage.soak_s)}`;
  const left = stage.soak_s - stage.served_s;
  return left > 0 ? `${span(stage.served_s)} of ${span(stage.soak_s)} soaked` : `${span(stage.soak_s)} soaked`;
}

function showStage(node, stage) {
  mark(node, "stage", stage.name);
  mark(node, "state", stage.state);
  sayIn(node, "mark", STAGE_ICONS[stage.state] ?? "");
  sayIn(node, "name", stage.name);
  sayIn(node, "word", STAGE_WORDS[stage.state] ?? stage.state);
  sayIn(node, "cohort", stage.cohort === stage.name ? "" : stage.cohort);
  sayIn(node, "soak", soakWords(stage));
  const bar = node.querySelector("progress");
  bar.hidden = stage.state !== "current";
  bar.value = stage.soak_s > 0 ? Math.min(1, (stage.served_s ?? 0) / stage.soak_s) : 1;
  bar.setAttribute("aria-label", `soak of ${stage.name}`);
  if (stage.state === "current") node.setAttribute("aria-current", "step");
  else node.removeAttribute("aria-current");
}

/** The ladder, and how far the rollout is exposed. */
export function stages(state) {
  keep(el("ladder"), state.stages, (stage) => stage.name, () => clone("stage-template"), showStage);
  say(el("exposure"), state.exposure === null ? "Nobody is known to be on the canary yet" : `${percent(state.exposure)} on the canary`);
  el("exposure-bar").firstElementChild.style.width = `${(state.exposure ?? 0) * 100}%`;
  show(el("held"), state.held && state.phase === "forward");
  const { gate, rollback } = state.switches;
  const open = [gate && "promotion is approved", rollback && "a rollback is asked for"].filter(Boolean);
  say(el("switches"), open.length ? `Switches: ${list(open)}` : "");
}

/** The end, why, and the way to the report. */
export function over(state) {
  show(el("over"), state.over !== null);
  if (!state.over) return;
  const { at_s, reason, text, report } = state.over;
  mark(el("over"), "reason", reason);
  say(el("over-title"), `The drill is over at ${at(at_s)}: ${reason}`);
  say(el("over-text"), [WHY_OVER[reason], text].filter(Boolean).join(" "));
  const links = { "report-link": "/report", "markdown-link": "/report.md", "over-record-link": "/record" };
  for (const [id, path] of Object.entries(links)) el(id).href = link(path);
  show(el("left-behind"), Boolean(report));
  show(el("report-wait"), !report);
}

function showPerson(node, person) {
  sayIn(node, "name", person.who);
  sayIn(node, "word", person.role ?? "");
  show(node.querySelector(".away"), person.away);
}

/** Who has taken part; their names are offered where somebody is asked for. */
export function people(state) {
  keep(el("people"), state.people, (person) => person.who, () => clone("person-template"), showPerson);
  keep(el("known-people"), state.people, (person) => person.who, () => make("option"), (node, { who }) => (node.value = who));
}

/** What the drill is about. */
export function heading(state) {
  say(el("policy"), state.policy);
  say(el("about"), state.about);
  say(el("mode"), state.mode);
  const means = { manual: ": people decide", supervised: ": the policy proposes", automatic: ": the policy decides" };
  say(el("mode-means"), means[state.mode] ?? "");
}
