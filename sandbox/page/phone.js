// One person's phone: who it is, the chat with the bot, and where to type.
import * as api from "./api.js";
import { ChatLog } from "./chatlog.js";
import { Composer } from "./composer.js";
import { avatar, element, switchButton } from "./dom.js";
import { Overlays } from "./overlays.js";
import { nameOf, text } from "./texts.js";

const LONGEST_WAIT_FOR_AN_ANSWER = 15_000;
const ACTION_SECONDS = 5;

export class Phone {
  /** `page` is what phones share: `bot()`, `openLink(address, event)`, `news(phone)`, `simulate(user, on)`. */
  constructor(user, page) {
    this.user = user;
    this.page = page;
    this.taps = new Map();
    this.answered = new Set();
    this.heldEvents = null;
    this.node = element("section", { class: "phone", id: `phone-${user.id}`, "data-user": user.id });
    this.overlays = new Overlays(this.node);
    this.log = new ChatLog(this.chat(), { label: text("messages", { name: user.first_name }) });
    this.composer = new Composer({
      say: (words) => this.try(this.say(words)),
      send: (...file) => this.try(this.send(...file)),
      unblock: () => this.block(),
      name: text("write"),
    });
    this.head = element("header", { class: "phone-head" });
    this.dropSign = element("div", { class: "drop-sign", "aria-hidden": "true" }, element("span", { t: "dropHere" }));
    this.node.append(this.head, this.log.node, this.composer.node, this.overlays.layer, this.dropSign);
    this.watchDrops();
    this.show(user);
  }

  chat() {
    const phone = this;
    return {
      get user() {
        return phone.user;
      },
      get bot() {
        return phone.page.bot();
      },
      waiting: (messageId, data) =>
        [...phone.taps.values()].some((tap) => tap.messageId === messageId && tap.data === data),
      tap: (messageId, data) => phone.tap(messageId, data),
      command: (words) => phone.try(phone.say(words)).catch(() => {}),
      open: (address, event) => phone.page.openLink(address, event, phone),
      copy: (words) => navigator.clipboard?.writeText(words).then(() => phone.overlays.toast(text("copied"))),
      enlarge: (address, words) => phone.overlays.enlarge(address, words),
    };
  }

  /** The person as the server knows them now. */
  show(user) {
    this.user = user;
    const held = [...this.head.querySelectorAll("button")].indexOf(document.activeElement);
    this.drawHead(user);
    if (held >= 0) this.head.querySelectorAll("button")[held]?.focus();
    this.node.setAttribute("aria-label", text("phoneOf", { name: user.first_name }));
    this.node.classList.toggle("blocked", Boolean(user.blocked));
    this.composer.setBlocked(Boolean(user.blocked));
    this.showState();
  }

  drawHead(user) {
    const { first_name: name, simulated } = user;
    const label = text("simulatedOf", { name });
    const change = (on) => this.page.simulate(this.user, on);
    const robot = simulated?.available
      ? element(
          "span",
          { class: "phone-robot", icon: "robot" },
          switchButton({ "aria-label": label, title: label, "data-action": "robot", on: simulated.on, change }),
        )
      : null;
    this.state = element("p", { class: "phone-state" });
    const who = element("div", { class: "phone-who" }, element("h2", {}, name), this.state);
    this.head.replaceChildren(...[avatar(user), who, robot, this.blockMenu()].flat().filter(Boolean));
  }

  showState(action = "") {
    const { role, language_code: code, simulated } = this.user;
    const parts = [nameOf(role), simulated?.on ? text("simulatedOn") : code?.toUpperCase()].filter(Boolean);
    if (this.user.blocked) parts.splice(0, parts.length, text("blocked"));
    this.state.textContent = action || parts.join(" · ");
    this.state.classList.toggle("acting", Boolean(action));
  }

  blockMenu() {
    const key = this.user.blocked ? "unblock" : "block";
    const id = `menu-${this.user.id}`;
    const choice = element("button", {
      type: "button",
      class: "menu-item",
      "data-action": "block",
      t: key,
      on: { click: () => this.block() },
    });
    const menu = element("div", { class: "phone-menu", id, popover: true }, choice);
    const opener = element("button", {
      type: "button",
      class: "icon-button",
      icon: "more",
      popovertarget: id,
      "aria-label": text("phoneMenu", { name: this.user.first_name }),
    });
    menu.addEventListener("toggle", () => {
      const { right, bottom } = opener.getBoundingClientRect();
      menu.style.setProperty("--right", `${document.documentElement.clientWidth - right}px`);
      menu.style.setProperty("--top", `${bottom}px`);
    });
    return [opener, menu];
  }

  block() {
    const blocked = !this.user.blocked;
    this.try(api.block(this.user.id, blocked).then(() => this.show({ ...this.user, blocked }))).catch(() => {});
  }

  /** Fetches the whole chat; events that arrive meanwhile wait, so that an old answer never covers a newer event. */
  async load() {
    this.heldEvents ??= [];
    try {
      const { messages, commands } = await api.chat(this.user.id);
      this.log.load(messages);
      this.composer.setCommands(commands);
    } finally {
      const held = this.heldEvents ?? [];
      this.heldEvents = null;
      held.forEach((event) => this.take(event));
      this.composer.offerStart(this.log.size === 0);
    }
  }

  /** Something happened in this chat. */
  take(event) {
    if (this.heldEvents) {
      this.heldEvents.push(event);
      return;
    }
    if (event.type === "message" || event.type === "edited") this.put(event.message);
    else if (event.type === "deleted") this.log.drop(event.message_id, { fresh: true });
    else if (event.type === "toast") this.answer(event);
    else if (event.type === "commands") this.load();
  }

  put(message) {
    if (!this.log.put(message, { fresh: true })) return;
    this.composer.offerStart(false);
    if (message.from?.id === this.user.id) return;
    this.showState();
    this.page.news(this);
  }

  answer({ query_id: query, text: words, show_alert: isAlert }) {
    // The answer may overtake the server's word on which query it answers.
    const early = [...this.taps.keys()].some((key) => typeof key === "symbol");
    if (early) this.answered.add(query);
    this.stopWaiting(query);
    if (words && isAlert) this.overlays.alert(words);
    else if (words) this.overlays.toast(words);
  }

  /** "typing" and its like, until the next message or for five seconds. */
  act(action) {
    this.showState(text(action.startsWith("upload") ? "uploading" : "typing"));
    clearTimeout(this.acting);
    this.acting = setTimeout(() => this.showState(), ACTION_SECONDS * 1000);
  }

  async say(words) {
    this.log.toEnd();
    this.put(await api.say(this.user.id, words));
  }

  async send(file, caption, asPhoto) {
    this.log.toEnd();
    const upload = asPhoto ? api.sendPhoto : api.sendDocument;
    this.put(await upload(this.user.id, file, caption));
  }

  async tap(messageId, data) {
    const waiting = Symbol(data);
    if (this.chat().waiting(messageId, data)) return;
    this.wait(waiting, { messageId, data });
    try {
      const { query_id: query } = await this.try(api.tap(this.user.id, messageId, data));
      this.taps.delete(waiting);
      if (this.answered.delete(query)) this.log.showWaiting(messageId, data, false);
      else this.wait(query, { messageId, data });
    } catch {
      this.stopWaiting(waiting);
    }
  }

  wait(key, tap) {
    this.taps.set(key, tap);
    this.log.showWaiting(tap.messageId, tap.data, true);
    setTimeout(() => this.stopWaiting(key), LONGEST_WAIT_FOR_AN_ANSWER);
  }

  stopWaiting(key) {
    const tap = this.taps.get(key);
    if (!tap) return;
    this.taps.delete(key);
    this.log.showWaiting(tap.messageId, tap.data, false);
  }

  async try(promise) {
    try {
      return await promise;
    } catch (problem) {
      this.overlays.toast(text("error", { reason: problem.message }), { trouble: true });
      throw problem;
    }
  }

  watchDrops() {
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    const over = (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.node.classList.add("dropping");
    };
    this.node.addEventListener("dragenter", over);
    this.node.addEventListener("dragover", over);
    this.node.addEventListener(
      "dragleave",
      (event) => this.node.contains(event.relatedTarget) || this.node.classList.remove("dropping"),
    );
    this.node.addEventListener("drop", (event) => {
      this.node.classList.remove("dropping");
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.composer.attach(event.dataTransfer.files[0]);
    });
  }

  /** Only the phone in use reads its new messages aloud. */
  setActive(active) {
    this.node.classList.toggle("active", active);
    this.log.scroller.setAttribute("aria-live", active ? "polite" : "off");
  }

  redraw() {
    this.show(this.user);
    this.log.scroller.setAttribute("aria-label", text("messages", { name: this.user.first_name }));
    this.composer.words.setAttribute("aria-label", text("write"));
    this.log.redraw();
  }
}
