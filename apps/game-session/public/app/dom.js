// @ts-check

/**
 * The element of the page with this id. It is in index.html, or this is a mistake of ours.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no element #${id}`);
  return element;
}

/**
 * A new element. Text is only ever set as text: names of players are theirs to choose.
 * @param {string} tag
 * @param {Readonly<Record<string, string | number | boolean | null | undefined>>} attributes false, null, undefined: left out
 * @param {readonly (Node | string)[]} children
 */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/**
 * Writes only what has changed, so that screen readers and selections are left in peace.
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) return element.removeAttribute(name);
  const text = value === true ? '' : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/**
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of a list those of `items`: who is there already stays the same element, and keeps the focus.
 * @template T
 * @param {HTMLElement} list
 * @param {readonly T[]} items
 * @param {{ key: (item: T) => string, create: (item: T) => HTMLElement, update: (element: HTMLElement, item: T) => void }} how
 */
export function renderList(list, items, how) {
  const known = new Map(Array.from(list.children, (child) => [child.getAttribute('data-key'), child]));
  items.forEach((item, index) => {
    const key = how.key(item);
    const found = known.get(key);
    known.delete(key);
    const element = found instanceof HTMLElement ? found : how.create(item);
    element.setAttribute('data-key', key);
    how.update(element, item);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  for (const gone of known.values()) gone.remove();
}

/** For screen readers: said once, when they have a moment. @param {string} text */
export function announce(text) {
  byId('live').textContent = text;
}

const TOAST_MS = 5_000;

/** A short word for everybody. @param {string} text */
export function toast(text) {
  const element = create('p', { class: 'toast' }, text);
  byId('toasts').replaceChildren(element); // the latest only
  setTimeout(() => element.remove(), TOAST_MS);
}
