// What a gate has read so far, column by column: the times, then each arm.

export const ARMS = ["canary", "stable", "former", "limit"];

// More moments than that are thinned out.
const MOMENTS_MAX = 4000;

/** Every second moment of the older half. */
function thinned(columns) {
  const half = Math.floor(columns[0].length / 2);
  return columns.map((column) => column.filter((_, i) => i >= half || i % 2 === 0));
}

export class Columns {
  all = [[], ...ARMS.map(() => [])];

  get times() {
    return this.all[0];
  }

  get empty() {
    return !this.times.length;
  }

  /** Begins again with what the server has kept, or with nothing. */
  load(chart) {
    this.all = chart ? [chart.t_s.slice(), ...ARMS.map((arm) => chart[arm].slice())] : [[], ...ARMS.map(() => [])];
  }

  /** One round more. */
  add(t_s, point) {
    if (!this.empty && t_s <= this.times[this.times.length - 1]) return;
    this.times.push(t_s);
    ARMS.forEach((arm, i) => this.all[i + 1].push(point[arm] ?? null));
    if (this.times.length > MOMENTS_MAX) this.all = thinned(this.all);
  }

  /** What was read in a row: `{ t_s, canary, .. }`; the last one where none is named. */
  row(i = this.times.length - 1) {
    return { t_s: this.times[i], ...Object.fromEntries(ARMS.map((arm, a) => [arm, this.all[a + 1][i] ?? null])) };
  }

  /** The least and the most of all arms from a time on: `[least, most]`, with zero where there is nothing. */
  extremes(from_s) {
    const first = Math.max(0, this.times.findIndex((t) => t >= from_s));
    let [least, most] = [Infinity, -Infinity];
    for (const column of this.all.slice(1)) {
      for (let i = first; i < column.length; i += 1) {
        if (column[i] === null) continue;
        least = Math.min(least, column[i]);
        most = Math.max(most, column[i]);
      }
    }
    return most < least ? [0, 0] : [least, most];
  }

  /** Whether an arm was read at all. */
  has(arm) {
    return this.all[ARMS.indexOf(arm) + 1].some((v) => v !== null);
  }
}
