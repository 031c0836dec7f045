// The page of a live drill: follows the server, shows what it says, sends what people do.

import * as acts from "./acts.js";
import { me, remember } from "./api.js";
import { el, mark, say, show } from "./dom.js";
import * as facilitator from "./facilitator.js";
import * as gates from "./gates.js";
import * as log from "./log.js";
import { playbook } from "./playbook.js";
import { send } from "./buttons.js";
import { follow } from "./stream.js";
import * as view from "./view.js";
import { at } from "./words.js";

let state = null;
let role = null;
let who = "";
let connected = false;

/** Whether the facilitator has sent me away. */
const away = () => state.people.some((person) => person.who === who && person.away);

/** What I may do here. The server decides; this only says which buttons there are. */
const may = () => ({ act: role !== "observer" && !away(), note: true, pace: role === null || role === "facilitator" });

function render() {
  mark(document.body, "phase", state.phase);
  view.heading(state);
  view.alarm(state);
  view.stages(state);
  view.over(state);
  view.people(state);
  playbook(state, may().act, (step, button) => send(button, "step", { step }));
  acts.acts(state, may());
  facilitator.facilitator(state);
  gates.gates(state);
  tick(state.clock);
}

function tick(clock) {
  state.clock = clock;
  view.clock(clock, state.over !== null);
  view.title(state, connected);
  gates.tick(clock);
  acts.countdown(state, clock);
  facilitator.paces(state, may().pace && !state.over);
}

function introduce() {
  show(el("introduce"), !me.token);
  show(el("gone"), away());
  say(el("whoami"), `you: ${[who, role].filter(Boolean).join(", ")}`);
}

function snapshot(body) {
  ({ role, who, state } = body);
  gates.tick(state.clock);
  gates.offerWindows(state.clock);
  render();
  gates.load(body.charts);
  log.load(body.log);
  introduce();
}

const EVENTS = {
  state: (data) => ((state = data), render(), introduce()),
  clock: tick,
  log: log.add,
  points: gates.add,
};

const LINK_WORDS = { live: "● live", lost: "○ reconnecting", refused: "✕ refused" };

function status(word, text = "") {
  connected = word === "live";
  // After the end there is nothing to wait for.
  const lost = word === "lost" && !state?.over;
  mark(el("link"), "link", word);
  say(el("link"), word === "lost" && !lost ? "○ not connected" : LINK_WORDS[word]);
  show(el("lost"), lost);
  const seen = state ? ` What you see is of ${at(state.clock.t_s)}; nothing gets lost.` : "";
  say(el("lost"), lost ? `Connection lost - reconnecting.${seen}` : "");
  show(el("refused"), word === "refused");
  say(el("refused-text"), text);
  if (state) view.title(state, connected);
}

/** From now on. Begins anew, as what a role may see is a stream of its own. */
function become(name, value) {
  remember(name, value);
  const address = new URL(location.href);
  address.searchParams.set(name, value);
  location.replace(address);
}

/** Who I am, where nobody has given me a token. */
function introductions() {
  el("my-name").value = me.who;
  el("my-role").value = me.role;
  el("my-name").addEventListener("change", ({ target }) => become("who", target.value.trim()));
  el("my-role").addEventListener("change", ({ target }) => become("role", target.value));
  el("introduce").addEventListener("submit", (event) => (event.preventDefault(), el("my-name").blur()));
  el("refused").addEventListener("submit", (event) => {
    event.preventDefault();
    remember("token", el("token").value.trim());
    location.reload();
  });
}

introductions();
[acts, facilitator, gates, log].forEach((part) => part.begin());
follow({ snapshot, status, event: (name, data) => EVENTS[name]?.(data) });
