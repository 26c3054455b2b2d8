// A message's text and its entities (offsets and lengths in UTF-16 units, as JavaScript counts) become elements.
import { element } from "./dom.js";
import { text as pageText } from "./texts.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};
const FOUND_BY_THE_APP = [
  { type: "url", pattern: /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g },
  { type: "bot_command", pattern: /(?<=^|\s)\/[a-z0-9_]{1,32}(?![\w/])/gi },
];
const NOT_TO_BE_SEARCHED = new Set(["url", "text_link", "code", "pre", "bot_command", "mention", "email"]);

/** The text as nodes; `open(address, event)` and `command(text)` run when a reader taps a link or a command. */
export function formatted(text, entities = [], { open, command }) {
  const all = [...entities, ...foundByTheApp(text, entities)];
  const inOrder = all.sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodesOf({ text, open, command }, inOrder, 0, text.length);
}

// Telegram's apps make addresses and commands tappable even where the bot marked nothing.
function foundByTheApp(text, entities) {
  const taken = entities.filter((entity) => NOT_TO_BE_SEARCHED.has(entity.type));
  const found = [];
  for (const { type, pattern } of FOUND_BY_THE_APP) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length };
      if (![...taken, ...found].some((other) => overlap(entity, other))) found.push(entity);
    }
  }
  return found;
}

const overlap = (a, b) => a.offset < b.offset + b.length && b.offset < a.offset + a.length;

function nodesOf(source, entities, start, end) {
  const nodes = [];
  let at = start;
  let index = 0;
  while (index < entities.length) {
    const outer = entities[index];
    const from = Math.max(outer.offset, at);
    const to = Math.min(outer.offset + outer.length, end);
    const inside = [];
    for (index += 1; index < entities.length && entities[index].offset < to; index += 1) inside.push(entities[index]);
    if (to <= from) continue;
    const isBlock = BLOCKS.has(outer.type);
    if (from > at) nodes.push(isBlock ? source.text.slice(at, from).replace(/\n$/, "") : source.text.slice(at, from));
    nodes.push(wrapped(source, outer, nodesOf(source, inside, from, to), source.text.slice(from, to)));
    // A block begins and ends its own line; the line breaks around it are not one more.
    at = isBlock && source.text[to] === "\n" ? to + 1 : to;
  }
  if (end > at) nodes.push(source.text.slice(at, end));
  return nodes;
}

function wrapped({ open, command }, entity, children, text) {
  switch (entity.type) {
    case "pre":
      return element("pre", { "data-language": entity.language }, element("code", {}, children));
    case "spoiler":
      return spoiler(children);
    case "text_link":
      return link(entity.url, children, open);
    case "url":
      return link(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`, children, open);
    case "email":
      return link(`mailto:${text}`, children, open);
    case "bot_command":
      return element("button", { type: "button", class: "command-link", on: { click: () => command(text) } }, children);
    case "expandable_blockquote":
      return expandable(children);
    default:
      return element(TAGS[entity.type] ?? "span", { class: `entity-${entity.type}` }, children);
  }
}

function link(address, children, open) {
  if (!/^(https?|tg|mailto|tel):/i.test(address)) return element("span", {}, children);
  const opened = { click: (event) => open(address, event) };
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer", on: opened }, children);
}

function spoiler(children) {
  const node = element(
    "span",
    { class: "spoiler", role: "button", tabindex: "0", "aria-label": pageText("spoiler") },
    element("span", {}, children),
  );
  const show = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    node.classList.add("shown");
    ["role", "tabindex", "aria-label"].forEach((name) => node.removeAttribute(name));
  };
  node.addEventListener("click", show, { once: true });
  node.addEventListener("keydown", show);
  return node;
}

function expandable(children) {
  const quote = element("blockquote", { class: "expandable" }, element("div", {}, children));
  const more = element("button", { type: "button", class: "quote-more", t: "showMore", "aria-expanded": "false" });
  more.addEventListener("click", () => {
    more.setAttribute("aria-expanded", String(quote.classList.toggle("open")));
  });
  quote.append(more);
  return quote;
}
