// Shows a candidate in all pictures and in the table at once: under the pointer, at a tap, or by the arrow keys in a picture
// that has the focus. A click or Enter holds it, Escape lets it go. Without this script each mark has its title.
// Written without the characters that XML would have to escape.
"use strict";
(() => {
  // In units of a picture, which is about 440 wide.
  const REACH = 16;
  const card = document.getElementById("card");
  document.getElementById("how").hidden = false;
  // What is known of each candidate, and where it stands in each picture.
  const told = new Map();
  const places = new Map();
  let held = null;
  let shown = null;

  function learn(mark) {
    const title = mark.querySelector("title");
    const candidate = mark.dataset.c;
    if (!told.has(candidate)) told.set(candidate, title.textContent);
    // The card says it all; the browser's own hint would hide it.
    title.remove();
    const box = mark.getBBox();
    return { mark, candidate, x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  function nearest(plot, event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM().inverse());
    let best = places.get(plot).find((place) => place.mark === event.target);
    if (best) return best;
    let least = REACH;
    for (const place of places.get(plot)) {
      const away = Math.hypot(place.x - at.x, place.y - at.y);
      // Of several at one place the last is the one that can be seen.
      if (least >= away) [best, least] = [place, away];
    }
    return best;
  }

  function ring(plot, { x, y }) {
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of [["class", "ring"], ["cx", x], ["cy", y], ["r", 10]]) circle.setAttribute(name, value);
    plot.append(circle);
  }

  function clear() {
    document.querySelectorAll(".ring").forEach((ring) => ring.remove());
    document.querySelectorAll("tr.on").forEach((row) => row.classList.remove("on"));
    card.hidden = true;
    held = shown = null;
  }

  const leave = () => held ?? clear();

  function show(candidate, x, y) {
    if (candidate !== shown) {
      clear();
      for (const [plot, all] of places) all.filter((p) => p.candidate === candidate).forEach((p) => ring(plot, p));
      document.querySelectorAll(`tr[data-c="${candidate}"]`).forEach((row) => row.classList.add("on"));
      const line = (text) => Object.assign(document.createElement("div"), { textContent: text });
      card.replaceChildren(...(told.get(candidate) ?? "not drawn").split("\n").map(line));
      shown = candidate;
    }
    card.classList.toggle("held", held === candidate);
    card.hidden = false;
    // Beside what it tells of, and always on the screen; a narrow page has it at its foot instead.
    card.style.left = `${Math.max(8, Math.min(x + 18, innerWidth - card.offsetWidth - 8))}px`;
    const below = innerHeight - card.offsetHeight - 8;
    card.style.top = `${y + 18 > below ? Math.max(8, y - card.offsetHeight - 18) : y + 18}px`;
  }

  function hold(candidate, x, y) {
    const again = held === candidate;
    show(candidate, x, y);
    held = again ? null : candidate;
    card.classList.toggle("held", !again);
  }

  // To the next mark, or to none: then the present one is held or let go.
  function step(plot, by) {
    const all = places.get(plot);
    const now = all.findIndex((place) => place.candidate === shown);
    const place = all[now === -1 ? 0 : (now + by + all.length) % all.length];
    const at = new DOMPoint(place.x, place.y).matrixTransform(plot.getScreenCTM());
    if (by === 0) return hold(place.candidate, at.x, at.y);
    held = null;
    show(place.candidate, at.x, at.y);
  }

  for (const plot of document.querySelectorAll("svg.plot")) {
    const all = [...plot.querySelectorAll("[data-c]")].map(learn).sort((a, b) => a.x - b.x);
    places.set(plot, all);
    if (all.length === 0) continue;
    plot.setAttribute("tabindex", "0");
    plot.addEventListener("pointermove", (event) => {
      const place = held === null ? nearest(plot, event) : null;
      if (place) show(place.candidate, event.clientX, event.clientY);
      else leave();
    });
    plot.addEventListener("pointerleave", leave);
    plot.addEventListener("blur", leave);
    plot.addEventListener("click", (event) => {
      const place = nearest(plot, event);
      if (place) hold(place.candidate, event.clientX, event.clientY);
      else clear();
    });
    plot.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Enter: 0 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      step(plot, by);
    });
  }
  for (const row of document.querySelectorAll("tr[data-c]")) {
    row.addEventListener("pointerenter", (event) => held ?? show(row.dataset.c, event.clientX, event.clientY));
    row.addEventListener("pointerleave", leave);
    row.addEventListener("click", (event) => hold(row.dataset.c, event.clientX, event.clientY));
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" ? clear() : null);
})();
