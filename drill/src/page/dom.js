// What the page does to its document. All that comes from the server goes in as text, never as HTML.

export const el = (id) => document.getElementById(id);

/** Shows words, and leaves the node alone when it shows them already. */
export function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/** Shows or hides. */
export function show(node, yes) {
  if (node.hidden === yes) node.hidden = !yes;
}

/** Sets `data-NAME`, or removes it when there is no value. */
export function mark(node, name, value) {
  if (value === null || value === undefined || value === false) delete node.dataset[name];
  else if (node.dataset[name] !== String(value)) node.dataset[name] = value;
}

/** A new element with a class and words. */
export function make(tag, className = "", words = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = words;
  return node;
}

/** What a `<template>` holds. */
export const clone = (id) => el(id).content.firstElementChild.cloneNode(true);

/** Sets words inside a node, by class. */
export const sayIn = (node, className, words) => say(node.querySelector(`.${className}`), words);

/**
 * One child per item, in order. Children are kept by key, so that focus, charts and what somebody is typing stay.
 */
export function keep(parent, items, key, create, update) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, i) => {
    const name = String(key(item, i));
    const child = old.get(name) ?? create(item, i);
    child.dataset.key = name;
    old.delete(name);
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
    update(child, item, i);
  });
  old.forEach((child) => child.remove());
}
