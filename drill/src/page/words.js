// Times and figures in words. Times are seconds.

/** Two digits. */
export const two = (n) => String(Math.floor(n)).padStart(2, "0");

/** A moment of the rollout: `T+00:42:10`, with days from the fourth on. */
export function at(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const days = s < 96 * 3600 ? 0 : Math.floor(s / 86400);
  const hours = Math.floor(s / 3600) - days * 24;
  return `T+${days ? `${days}d ` : ""}${two(hours)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** How long: `1h 4m`, the two largest parts. */
export function span(seconds) {
  const s = Math.round(Math.max(0, seconds));
  const parts = [[Math.floor(s / 86400), "d"], [Math.floor(s / 3600) % 24, "h"], [Math.floor(s / 60) % 60, "m"], [s % 60, "s"]];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return "0s";
  return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => n + unit).join(" ");
}

/** Three digits that count, no exponent. */
export function figure(n) {
  if (Math.abs(n) >= 1000) return Math.round(n).toLocaleString("en-GB");
  return String(Number(n.toPrecision(3)));
}

// What a unit of the policy is shown in: from which size on, times what, and what follows the figure, which no line is to end before.
const SHOWN = {
  seconds: [[7200, 1 / 3600, "\u00a0h"], [120, 1 / 60, "\u00a0min"], [1, 1, "\u00a0s"], [0, 1000, "\u00a0ms"]],
  share: [[0, 100, "\u00a0%"]],
  per_second: [[1, 1, "/s"], [1 / 60, 60, "/min"], [0, 3600, "/h"]],
  plain: [[0, 1, ""]],
};

/** How to show values of this size: `[factor, suffix]`. */
export function scaleOf(unit, size) {
  const all = SHOWN[unit] ?? SHOWN.plain;
  const [, factor, suffix] = size === 0 ? all[unit === "seconds" ? all.length - 2 : 0] : all.find(([from]) => Math.abs(size) >= from);
  return [factor, suffix];
}

/** A value in its unit: `720 ms`, `2.5 %`, `13.9/min`. */
export function value(n, unit) {
  if (n === null || n === undefined) return "-";
  const [factor, suffix] = scaleOf(unit, n);
  return figure(n * factor) + suffix;
}

/** A share: `24.8 %`. */
export const percent = (share) => (share === null || share === undefined ? "-" : value(share, "share"));

/** `1 gate`, `3 gates`. */
export const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** `a, b and c`. */
export function list(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
