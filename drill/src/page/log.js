// The log: what happened, newest first.

import { clone, el, mark, sayIn, show } from "./dom.js";
import { at } from "./words.js";

// More lines than that are forgotten by the page; the record has them all.
const LINES_MAX = 1000;

let lines = [];
let kind = "";

function rowOf(line) {
  const row = clone("line-template");
  mark(row, "kind", line.kind);
  sayIn(row, "t", at(line.t_s));
  sayIn(row, "kind", line.kind);
  sayIn(row, "who", line.who ?? "");
  row.querySelector(".who").title = line.role ?? "";
  show(row.querySelector(".who"), Boolean(line.who));
  sayIn(row, "words", line.text);
  return row;
}

const wanted = (line) => !kind || line.kind === kind;

function offer(name) {
  const select = el("log-kind");
  const names = [...select.options].map((option) => option.value);
  if (names.includes(name)) return;
  const after = names.findIndex((other) => other > name);
  select.add(new Option(name, name), after < 0 ? null : after);
}

function redraw() {
  el("log").replaceChildren(...lines.filter(wanted).reverse().map(rowOf));
}

/** The log of a snapshot. */
export function load(all) {
  lines = all.slice(-LINES_MAX);
  lines.forEach((line) => offer(line.kind));
  redraw();
}

/** A line more. */
export function add(line) {
  lines.push(line);
  offer(line.kind);
  if (lines.length > LINES_MAX) lines.shift();
  if (!wanted(line)) return;
  const log = el("log");
  log.prepend(rowOf(line));
  if (log.children.length > LINES_MAX) log.lastElementChild.remove();
}

/** The filter. */
export function begin() {
  el("log-kind").addEventListener("change", ({ target }) => {
    kind = target.value;
    redraw();
  });
}
