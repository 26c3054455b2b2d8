// Elements are built here and nowhere from strings of markup, so text from outside can never become markup.
import { icon } from "./icons.js";
import { text } from "./texts.js";

const TEXT_KEYS = { t: "data-t", tLabel: "data-t-label", tPlaceholder: "data-t-placeholder" };

/** An element. `t`, `tLabel`, `tPlaceholder` name page texts, `on` holds listeners, `icon` a drawing, the rest are attributes. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProperty(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  } else if (name === "icon") {
    node.prepend(icon(value));
  } else if (name in TEXT_KEYS) {
    node.setAttribute(TEXT_KEYS[name], value);
    translateOne(node);
  } else {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

function translateOne(node) {
  const { t, tLabel, tPlaceholder } = node.dataset;
  if (t) node.textContent = text(t);
  if (tLabel) {
    node.setAttribute("aria-label", text(tLabel));
    if (node.matches("button, [role=switch]")) node.title = text(tLabel);
  }
  if (tPlaceholder) node.placeholder = text(tPlaceholder);
}

/** Puts every page text below `root` into the page's language. */
export function translate(root) {
  const marked = "[data-t], [data-t-label], [data-t-placeholder]";
  if (root instanceof Element && root.matches(marked)) translateOne(root);
  root.querySelectorAll(marked).forEach(translateOne);
}

/** Draws the icons that the page's own HTML asks for by `data-icon`. */
export function drawIcons(root) {
  root.querySelectorAll("[data-icon]").forEach((node) => node.prepend(icon(node.dataset.icon)));
}

/** A labelled on/off switch; `change(on)` is told what the person wants, the caller shows what became of it. */
export function switchButton({ on, change, ...properties }) {
  const button = element("button", {
    type: "button",
    class: "switch",
    role: "switch",
    "aria-checked": String(on),
    ...properties,
  });
  button.append(element("span", { class: "switch-knob", "aria-hidden": "true" }));
  button.addEventListener("click", () => change(button.getAttribute("aria-checked") !== "true"));
  return button;
}

/** Moves the focus among `items()` by the arrow keys, Home and End. */
export function arrowKeys(container, items, [previous, next]) {
  container.addEventListener("keydown", (event) => {
    const list = items();
    const at = list.indexOf(document.activeElement);
    const targets = { [previous]: at - 1, [next]: at + 1, Home: 0, End: list.length - 1 };
    if (!(event.key in targets) || at < 0 || !list.length) return;
    event.preventDefault();
    list[(targets[event.key] + list.length) % list.length].focus();
  });
}

/** A person's first letter on one of seven colours. */
export function avatar(user) {
  const name = user.first_name || "?";
  const letters = [...name].slice(0, 1).join("").toUpperCase();
  const colour = [...`${user.id}${name}`].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 10_007, 7) % 7;
  return element("span", { class: "avatar", "data-colour": colour, "aria-hidden": "true" }, letters);
}
