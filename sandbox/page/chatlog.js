// The messages of one phone, oldest first, with the days between them.
import { element } from "./dom.js";
import { icon } from "./icons.js";
import { markWaiting } from "./keyboard.js";
import { messageArticle, sight } from "./message.js";
import { day } from "./texts.js";

const NEAR_THE_END = 60;
const LEAVING_MILLISECONDS = 180;

export class ChatLog {
  constructor(chat, { label }) {
    this.chat = chat;
    this.shown = new Map();
    this.follows = true;
    this.lastTop = 0;
    this.list = element("div", { class: "log-list" });
    this.empty = element("p", { class: "log-empty", t: "empty" });
    this.scroller = element(
      "div",
      { class: "log", role: "log", "aria-live": "off", "aria-label": label, tabindex: "0" },
      this.empty,
      this.list,
    );
    this.chip = element(
      "button",
      { type: "button", class: "new-chip", hidden: true, on: { click: () => this.toEnd() } },
      icon("down"),
      element("span", { t: "newMessages" }),
    );
    this.node = element("div", { class: "log-frame" }, this.scroller, this.chip);
    this.watchScrolling();
  }

  watchScrolling() {
    this.scroller.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.scroller;
      const nearTheEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
      // Growing content alone never moves the reader up, so only a real scroll upwards stops the following.
      if (nearTheEnd) this.follow();
      else if (scrollTop < this.lastTop - 1) this.follows = false;
      this.lastTop = scrollTop;
    });
    const sizes = new ResizeObserver(() => this.follows && this.toEnd());
    sizes.observe(this.list);
    sizes.observe(this.scroller);
  }

  follow() {
    this.follows = true;
    this.chip.hidden = true;
  }

  toEnd() {
    this.follow();
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
  }

  /** Shows exactly these messages; what is drawn already and looks the same stays as it is. */
  load(messages) {
    const kept = new Set(messages.map((message) => message.message_id));
    for (const id of [...this.shown.keys()]) if (!kept.has(id)) this.drop(id);
    messages.forEach((message) => this.put(message));
  }

  /** Draws everything anew, in the page's present language. */
  redraw() {
    const messages = [...this.shown.values()].map((one) => one.message);
    this.shown.clear();
    this.list.replaceChildren();
    messages.forEach((message) => this.put(message));
  }

  /** Adds the message or changes it in place; `fresh` messages and edits are made noticeable. Says whether anything changed. */
  put(message, { fresh = false } = {}) {
    const known = this.shown.get(message.message_id);
    if (known && sight(known.message) === sight(message)) return false;
    const article = messageArticle(message, this.chat);
    if (known) this.replace(known.article, article);
    else this.append(message, article);
    this.shown.set(message.message_id, { message, article });
    if (fresh) article.classList.add(known ? "changed" : "arrived");
    if (fresh) this.notice(message, known);
    this.empty.hidden = true;
    return true;
  }

  notice(message, known) {
    const newest = this.list.lastElementChild?.dataset.message === String(message.message_id);
    if (this.follows) this.toEnd();
    else if (newest) this.chip.hidden = false;
  }

  append(message, article) {
    const isLater = (other) => Number(other?.dataset.message) > message.message_id;
    if (isLater(this.list.lastElementChild)) {
      [...this.list.querySelectorAll(".message")].find(isLater).before(article);
      return;
    }
    const words = day(message.date);
    if (this.list.querySelector(".day:last-of-type")?.textContent !== words || !this.shown.size)
      this.list.append(element("p", { class: "day" }, words));
    this.list.append(article);
  }

  replace(old, article) {
    const buttons = [...old.querySelectorAll("button, a")];
    const at = buttons.indexOf(document.activeElement);
    const picture = old.querySelector("img[data-file]");
    const next = article.querySelector("img[data-file]");
    if (picture && picture.dataset.file === next?.dataset.file) next.replaceWith(picture);
    old.replaceWith(article);
    if (at >= 0) this.focusAgain(article, at);
  }

  // Somebody labels by keyboard: the next card's button in the same place has the focus at once.
  focusAgain(article, at) {
    const buttons = [...article.querySelectorAll("button, a")];
    (buttons[Math.min(at, buttons.length - 1)] ?? this.scroller).focus({ preventScroll: true });
  }

  drop(id, { fresh = false } = {}) {
    const known = this.shown.get(id);
    if (!known) return;
    this.shown.delete(id);
    const day = known.article.previousElementSibling;
    const next = known.article.nextElementSibling;
    if (day?.classList.contains("day") && !next?.classList.contains("message")) day.remove();
    known.article.classList.add("leaving");
    delete known.article.dataset.message;
    setTimeout(() => known.article.remove(), fresh ? LEAVING_MILLISECONDS : 0);
    this.empty.hidden = this.shown.size > 0;
  }

  showWaiting(messageId, data, waits) {
    const article = this.shown.get(messageId)?.article;
    article
      ?.querySelectorAll("button.inline")
      .forEach((button) => button.dataset.data === data && markWaiting(button, waits));
  }

  get size() {
    return this.shown.size;
  }
}
