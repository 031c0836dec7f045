// A live chart for a gate: what it reads of canary and stable, and the limit. Drawn by uPlot.

/* global uPlot */
import { at, scaleOf, span, two, value } from "./words.js";

const HEIGHT_PX = 124;
const FONT = "11px system-ui, sans-serif";
const TICKS_S = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const ink = (name) => () => color(name);

/** Times on the axis: `0:45`, with seconds or days where it is about those. */
function ticks(_, splits) {
  const step = splits.length > 1 ? splits[1] - splits[0] : 0;
  const days = (splits[splits.length - 1] ?? 0) >= 96 * 3600;
  return splits.map((s) => {
    const [d, rest] = days ? [`${Math.floor(s / 86400)}d`, s % 86400] : ["", s];
    if (step >= 86400) return d;
    const seconds = step < 60 ? `:${two(s % 60)}` : "";
    return `${d} ${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}${seconds}`.trim();
  });
}

/** Vertical lines: where stages began, and where it was decided to roll back. */
function drawMarks(plot, marks) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const { t_s, ink: name, words } of marks) {
    const x = Math.round(plot.valToPos(t_s, "x", true));
    if (x <= bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = color(name);
    ctx.fillStyle = color(name === "mark" ? "muted" : name);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = `${10 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = x > bbox.left + bbox.width * 0.7 ? "right" : "left";
    ctx.textBaseline = "bottom";
    ctx.fillText(words, x, bbox.top - devicePixelRatio);
  }
  ctx.restore();
}

export class GateChart {
  /** `shared` tells what all charts have in common: `{ marks, now_s, window_s }`. */
  constructor(host, gate, columns, shared) {
    Object.assign(this, { host, gate, columns, shared, plot: null, pointed: null });
    new ResizeObserver(() => this.resize()).observe(host);
  }

  /** What each arm came to: under the pointer, else last. */
  values() {
    return this.columns.row(this.pointed ?? undefined);
  }

  /** From where to where the time axis reaches. */
  times() {
    const { now_s, window_s } = this.shared;
    const first = this.columns.times[0] ?? 0;
    const from = window_s ? Math.max(first, now_s - window_s) : first;
    return [from, Math.max(now_s, from + 60)];
  }

  /** From where to where the values reach, with the limit among them: from zero on, but where a high share is held to a limit. */
  heights() {
    const [least, most] = this.columns.extremes(this.times()[0]);
    if (least === 0 && most === 0) return [0, 1];
    const room = most - least || Math.abs(most) / 10;
    if (this.gate.op.startsWith(">") && least > most / 2) return [least - room * 0.3, most + room * 0.15];
    return [Math.min(0, least), Math.max(0, most) * 1.12];
  }

  axisWords(splits) {
    const [factor, suffix] = scaleOf(this.gate.unit, splits[splits.length - 1] ?? 0);
    return splits.map((v) => `${Number((v * factor).toPrecision(4))}${suffix}`);
  }

  options(width) {
    const axis = { stroke: ink("muted"), font: FONT, grid: { stroke: ink("line"), width: 1 }, ticks: { show: false } };
    const points = { size: 4 };
    return {
      width,
      height: HEIGHT_PX,
      padding: [14, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: "gates" }, points: { size: 7 } },
      scales: { x: { time: false, range: () => this.times() }, y: { range: () => this.heights() } },
      axes: [
        { ...axis, size: 24, gap: 6, space: 56, incrs: TICKS_S, values: ticks },
        { ...axis, size: 58, gap: 4, space: 30, values: (_, splits) => this.axisWords(splits) },
      ],
      series: [
        {},
        { stroke: ink("canary"), width: 2, points },
        { stroke: ink("stable"), width: 1.5, points },
        { stroke: ink("former"), width: 2, dash: [2, 3], points },
        { stroke: ink("limit"), width: 1.5, dash: [7, 4], spanGaps: true, points: { show: false } },
      ],
      hooks: {
        drawAxes: [(plot) => drawMarks(plot, this.shared.marks)],
        setCursor: [(plot) => this.point(plot.cursor.left >= 0 ? plot.cursor.idx : null)],
      },
    };
  }

  point(row) {
    if (this.pointed === row) return;
    this.pointed = row;
    this.host.dispatchEvent(new CustomEvent("point"));
  }

  resize() {
    const width = this.host.clientWidth;
    if (this.plot && width && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT_PX });
    else if (!this.plot) this.draw();
  }

  /** Draws all that there is. Nothing is drawn where nothing can be seen. */
  draw() {
    const width = this.host.clientWidth;
    if (!width || this.columns.empty) return;
    if (this.plot) this.plot.setData(this.columns.all);
    else this.plot = new uPlot(this.options(width), this.columns.all, this.host);
    this.describe();
  }

  /** For those who do not see the picture. */
  describe() {
    const { t_s, canary, stable, former, limit } = this.columns.row();
    const said = { canary, stable, "formerly canary": former, limit };
    const words = Object.entries(said).filter(([, v]) => v !== null).map(([arm, v]) => `${arm} ${value(v, this.gate.unit)}`);
    this.host.setAttribute("aria-label", `${this.gate.name} at ${at(t_s)}: ${words.join(", ")}`);
  }
}

/** What there is to mark in all charts. */
export function marksOf(state) {
  const stages = state.stages.filter((s) => s.began_s !== null).map((s) => ({ t_s: s.began_s, ink: "mark", words: s.name }));
  const decided = state.decided_s === null ? [] : [{ t_s: state.decided_s, ink: "alarm", words: "rolled back" }];
  return [...stages, ...decided];
}

/** Windows that make sense for a drill of this length. */
export function windows(length_s) {
  const all = [600, 1800, 3600, 21600, 86400, 604800].filter((s) => s < length_s);
  return [[0, "the whole rollout"], ...all.map((s) => [s, `the last ${span(s)}`])];
}
