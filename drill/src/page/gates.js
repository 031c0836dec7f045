// The gates: what each says and why, and what it reads, live.

import { GateChart, marksOf, windows } from "./charts.js";
import { Columns } from "./columns.js";
import { clone, el, keep, make, mark, say, sayIn, show } from "./dom.js";
import { at, list, value } from "./words.js";

const STATUS = { pass: "✓ pass", fail: "✕ fail", inconclusive: "? inconclusive", "no-data": "∅ no data" };
const SIGNS = { "<=": "≤", ">=": "≥", "==": "=" };
const ON_FAIL = { rollback: "rolls back", hold: "holds", stop: "stops" };

// Charts are drawn no more often than that.
const DRAWN_EVERY_MS = 100;

// What all charts have in common.
const shared = { marks: [], now_s: 0, window_s: 0 };
// By the gate's place in the policy: what it read, and its card with its chart.
const read = new Map();
const cards = new Map();
let waiting = false;

function columnsOf(i) {
  if (!read.has(i)) read.set(i, new Columns());
  return read.get(i);
}

function cardOf(gate, i) {
  const node = clone("gate-template");
  const host = node.querySelector(".plot");
  const card = { node, gate, chart: new GateChart(host, gate, columnsOf(i), shared) };
  host.addEventListener("point", () => showValues(card));
  cards.set(i, card);
  return node;
}

function showValues({ node, gate, chart }) {
  const { empty } = chart.columns;
  show(node.querySelector(".plot"), !empty);
  show(node.querySelector(".values"), !empty);
  if (empty) return;
  const values = chart.values();
  sayIn(node, "when", chart.pointed === null ? "" : at(values.t_s));
  const words = { canary: "canary", stable: "stable", former: "formerly canary", limit: `limit ${SIGNS[gate.op] ?? gate.op}` };
  for (const [arm, name] of Object.entries(words)) {
    const place = node.querySelector(`.values .${arm}`);
    show(place, values[arm] !== null);
    say(place, `${name} ${value(values[arm], gate.unit)}`);
  }
}

function showCard(card, gate, i) {
  cards.get(i).gate = cards.get(i).chart.gate = gate;
  card.id = `gate-${gate.name}`;
  mark(card, "gate", gate.name);
  mark(card, "status", gate.in_force ? (gate.status ?? "waiting") : "idle");
  sayIn(card, "status", gate.in_force ? (STATUS[gate.status] ?? "not judged yet") : "not judged now");
  sayIn(card, "name", gate.name);
  sayIn(card, "since", gate.in_force && gate.since_s !== null ? `since ${at(gate.since_s)}` : "");
  sayIn(card, "on-fail", gate.on_fail === "rollback" ? "" : `a failure ${ON_FAIL[gate.on_fail] ?? gate.on_fail}`);
  sayIn(card, "sentence", gate.sentence);
  // The sentence has the check in it.
  say(card.querySelector("code"), gate.sentence ? "" : gate.check);
  showValues(cards.get(i));
}

/** Gates in force first, then a heading, then the others; always in the policy's order, so that nothing jumps. */
function ordered(gates) {
  const all = gates.map((gate, i) => ({ gate, i })).filter(({ gate }) => gate.applies);
  const judged = all.filter(({ gate }) => gate.in_force);
  const others = all.filter(({ gate }) => !gate.in_force);
  return others.length && judged.length ? [...judged, { heading: "Not judged now" }, ...others] : [...judged, ...others];
}

/** All cards. */
export function gates(state) {
  shared.marks = marksOf(state);
  keep(
    el("gates"),
    ordered(state.gates),
    (item) => item.heading ?? `gate ${item.i}`,
    (item) => (item.heading ? make("h3", "muted heading", item.heading) : cardOf(item.gate, item.i)),
    (node, item) => item.heading || showCard(node, item.gate, item.i),
  );
  const unread = state.gates.filter((gate) => !gate.applies).map((gate) => gate.name);
  say(el("unread"), unread.length ? `This system has nothing that ${list(unread)} could read.` : "");
  soon();
}

/** The charts of a snapshot. */
export function load(charts) {
  read.forEach((columns) => columns.load());
  charts.forEach((chart) => columnsOf(chart.gate).load(chart));
  soon();
}

/** One round more. */
export function add({ t_s, points }) {
  points.forEach((point) => columnsOf(point.gate).add(t_s, point));
  soon();
}

/** The time goes on, in all charts. */
export function tick({ t_s }) {
  shared.now_s = t_s;
}

function draw() {
  waiting = false;
  for (const card of cards.values()) {
    showValues(card);
    card.chart.draw();
  }
  show(el("former-key"), [...read.values()].some((columns) => columns.has("former")));
}

/** Draws soon, once for all that has come until then; not while nobody looks. */
function soon() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => requestAnimationFrame(draw), DRAWN_EVERY_MS);
}

/** How far back the charts reach, and their colours. */
export function begin() {
  el("window").addEventListener("change", ({ target }) => {
    shared.window_s = Number(target.value);
    soon();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
}

/** The choices of how far back. */
export function offerWindows({ horizon_s }) {
  const node = el("window");
  if (node.options.length) return;
  node.replaceChildren(...windows(horizon_s).map(([seconds, words]) => new Option(words, seconds)));
}
