// The live stream: a snapshot, then the events after it. Whenever it breaks it goes on after the last event that was seen, so that
// nothing is lost; where the server does not keep that far back, it begins with a snapshot again.

import { refusalOf, request } from "./api.js";

// The server is heard at least every 15 s.
const SILENCE_MS = 40000;
const SUSPECT_MS = 20000;
const BACKOFF_MS = [300, 1000, 2000, 4000, 8000];

/** Reads server-sent events: give it text as it comes, it calls back with `{ id, event, data }`. */
export function parser(onEvent) {
  let rest = "";
  let event = {};
  const line = (text) => {
    if (text === "") {
      if (event.data !== undefined) onEvent({ event: "message", ...event });
      event = {};
      return;
    }
    const [, field, value] = text.match(/^([^:]*):? ?(.*)$/s);
    if (field === "data") event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    else if (field) event[field] = value;
  };
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(line);
  };
}

/** What no trying again helps against. */
class Refused extends Error {}

async function checked(answer) {
  if (answer.ok) return answer;
  const text = await refusalOf(answer);
  throw [401, 403].includes(answer.status) ? new Refused(text) : new Error(text);
}

/**
 * Follows the drill for good. `snapshot(body)` hears `/api/state`, `event(name, data)` each event, `status(word, text)` how the
 * connection is: `live`, `lost`, or `refused` for good.
 */
export function follow({ snapshot, event, status }) {
  let last = null;
  let heard = Date.now();
  let failures = 0;
  let controller = new AbortController();
  let wake = () => {};

  async function fetchState() {
    const body = await (await checked(await request("/api/state", { signal: controller.signal }))).json();
    last = body.event;
    snapshot(body);
  }

  function take({ id, event: name, data }) {
    const number = Number(id);
    const expected = last + 1;
    if (id !== undefined && number < expected && name !== "reset") return;
    // A gap should not be; if there is one, the snapshot has what was in it.
    if (name === "reset" || (id !== undefined && number > expected)) {
      last = null;
      controller.abort();
      return;
    }
    if (id !== undefined) last = number;
    event(name, JSON.parse(data));
  }

  async function listen() {
    const headers = { "Last-Event-ID": String(last), Accept: "text/event-stream" };
    const answer = await checked(await request("/api/events", { more: { after: last }, headers, signal: controller.signal }));
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    const feed = parser((one) => last !== null && take(one));
    status("live");
    failures = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard = Date.now();
      feed(decoder.decode(value, { stream: true }));
    }
  }

  async function once() {
    controller = new AbortController();
    heard = Date.now();
    if (last === null) await fetchState();
    await listen();
  }

  const rest = (ms) => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => (clearTimeout(timer), resolve());
  });

  async function forever() {
    for (;;) {
      try {
        await once();
      } catch (error) {
        if (error instanceof Refused) return status("refused", error.message);
        if (error.name !== "AbortError") console.warn(error);
      }
      // What was missed is asked for at once, without a word about it.
      if (last === null && failures === 0) {
        failures += 1;
        continue;
      }
      status("lost");
      await rest(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] * (0.75 + Math.random() / 2));
      failures += 1;
    }
  }

  /** A connection that has been silent may be dead: a sleeping computer, a network that is gone. */
  function suspect(silence) {
    if (Date.now() - heard > silence) controller.abort();
  }

  setInterval(() => suspect(SILENCE_MS), 5000);
  const back = () => {
    if (document.hidden) return;
    suspect(SUSPECT_MS);
    wake();
  };
  document.addEventListener("visibilitychange", back);
  for (const name of ["online", "pageshow", "focus"]) addEventListener(name, back);
  forever();
}
