// Who looks at the page, and how it asks the server.

const KEPT = ["token", "role", "who"];
const memory = new Map();

/** What is remembered for this tab; in the page alone where the browser keeps nothing. */
function recall(name) {
  try {
    return sessionStorage.getItem(`gatecrash.${name}`) ?? memory.get(name) ?? "";
  } catch {
    return memory.get(name) ?? "";
  }
}

/** Remembers something for this tab. */
export function remember(name, value) {
  memory.set(name, value);
  try {
    sessionStorage.setItem(`gatecrash.${name}`, value);
  } catch {
    // The browser keeps nothing: the page still does.
  }
}

/** Takes token, role and name from the address, where a token is not to stay. */
function arrive() {
  const address = new URL(location.href);
  for (const name of KEPT) {
    if (address.searchParams.has(name)) remember(name, address.searchParams.get(name));
  }
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
  return Object.fromEntries(KEPT.map((name) => [name, recall(name)]));
}

/** Token, role and name; empty where there is none. */
export const me = arrive();

/** An address of this server with who asks; names in the query, as headers take no letters beyond Latin. */
function address(path, more = {}) {
  const query = new URLSearchParams(more);
  if (!me.token && me.role) query.set("role", me.role);
  if (me.who) query.set("who", me.who);
  return query.size ? `${path}?${query}` : path;
}

/** Asks the server. */
export function request(path, { more, headers, ...options } = {}) {
  const all = { ...headers };
  if (me.token) all.Authorization = `Bearer ${me.token}`;
  return fetch(address(path, more), { cache: "no-store", ...options, headers: all });
}

/** A link that a browser can follow, which sends no headers. */
export const link = (path) => address(path, me.token ? { token: me.token } : {});

/** What no act has been before. `randomUUID` is missing on plain http beyond loopback. */
function fresh() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the server says about why not. */
export async function refusalOf(answer) {
  const body = await answer.json().catch(() => ({}));
  return body.error || `the server answers ${answer.status} ${answer.statusText}`.trim();
}

/** Does something: `{ ok, text }`. */
export async function act(name, settings = {}) {
  const body = JSON.stringify({ ...settings, id: fresh() });
  let answer;
  try {
    answer = await request(`/api/act/${name}`, { method: "POST", body, signal: AbortSignal.timeout(15000) });
  } catch {
    return { ok: false, text: "no answer from the server: look at the log before you press again" };
  }
  if (!answer.ok) return { ok: false, text: await refusalOf(answer) };
  const done = await answer.json().catch(() => ({}));
  return { ok: true, text: done.text || "done" };
}
