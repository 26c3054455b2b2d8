// One message of the chat as an article: a bubble and what hangs below it.
import { fileAddress } from "./api.js";
import { element } from "./dom.js";
import { icon } from "./icons.js";
import { formatted } from "./entities.js";
import { keyboard } from "./keyboard.js";
import { size, text, time } from "./texts.js";

const PHOTO_WIDTH_WANTED = 1000;

/** What the person sees of a message; two messages with the same sight need no new drawing. */
export const sight = ({ text, entities, caption, caption_entities, photo, document, reply_markup, edit_date }) =>
  JSON.stringify([
    text,
    entities,
    caption,
    caption_entities,
    photo?.at(-1)?.file_id,
    document?.file_id,
    reply_markup,
    edit_date && 1,
  ]);

/** The article; `chat` tells whose chat it is and what to do at taps, links, commands and photos. */
export function messageArticle(message, chat) {
  const own = message.from?.id === chat.user.id;
  const buttons = keyboard(message, {
    waiting: (data) => chat.waiting(message.message_id, data),
    tap: (data) => chat.tap(message.message_id, data),
    open: chat.open,
    copy: chat.copy,
  });
  const side = own ? "own" : "theirs";
  const kinds = [side, buttons && "with-keyboard", message.photo && "with-photo", message.document && "with-document"];
  return element(
    "article",
    {
      class: ["message", ...kinds].filter(Boolean).join(" "),
      "data-message": message.message_id,
      "data-group": message.media_group_id,
      "aria-label": own ? text("yours") : chat.bot.name || text("bot"),
    },
    bubble(message, chat),
    buttons,
  );
}

function bubble(message, chat) {
  const words = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities ?? [];
  const stamp = stampOf(message);
  const node = element("div", { class: "bubble" }, quoted(message), photo(message, chat), documentLink(message));
  if (words) node.append(element("div", { class: "words", dir: "auto" }, formatted(words, entities, chat), stamp));
  else node.append(stamp);
  if (!words && message.photo) node.classList.add("bare");
  return node;
}

function stampOf(message) {
  const edited = message.edit_date ? element("span", { class: "edited", t: "edited" }) : null;
  const sent = element("time", { datetime: new Date(message.date * 1000).toISOString() }, time(message.date));
  return element("span", { class: "stamp" }, edited, sent);
}

function quoted({ reply_to_message: answered }) {
  if (!answered) return null;
  const words = answered.text ?? answered.caption ?? answered.document?.file_name ?? text("photo");
  return element("div", { class: "answered" }, words.slice(0, 120));
}

function photo(message, chat) {
  if (!message.photo?.length) return null;
  const best = message.photo.find((one) => one.width >= PHOTO_WIDTH_WANTED) ?? message.photo.at(-1);
  const address = fileAddress(best.file_id);
  const words = message.caption ? message.caption.slice(0, 200) : text("photo");
  const picture = element("img", {
    src: address,
    alt: words,
    width: best.width,
    height: best.height,
    decoding: "async",
    "data-file": best.file_id,
    draggable: "false",
  });
  picture.style.setProperty("--shape", `${best.width} / ${best.height}`);
  const button = element("button", { type: "button", class: "photo", tLabel: "photoOpen" }, picture);
  button.addEventListener("click", () => chat.enlarge(address, words));
  return button;
}

function documentLink({ document: file }) {
  if (!file) return null;
  const name = file.file_name ?? "file";
  const [, ending = ""] = /\.([^.]{1,5})$/.exec(name) ?? [];
  const label = text("documentOf", { name, size: size(file.file_size ?? 0) });
  return element(
    "a",
    { class: "document", href: fileAddress(file.file_id), download: name, "aria-label": label },
    element(
      "span",
      { class: "document-sign", "data-ending": ending.toLowerCase() },
      ending ? ending.toUpperCase() : icon("file"),
    ),
    element("span", { class: "document-name" }, name),
    element("span", { class: "document-size" }, size(file.file_size ?? 0)),
  );
}
