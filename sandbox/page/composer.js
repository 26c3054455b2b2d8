// Where a person types, attaches a file and picks a command.
import { arrowKeys, element } from "./dom.js";
import { icon } from "./icons.js";
import { size, text } from "./texts.js";

const MOST_LINES_IN_PIXELS = 132;
const LONGEST_TEXT = 4096;

export class Composer {
  /** `say(text)`, `send(file, caption, asPhoto)` return promises; the words stay where they are when those fail. */
  constructor({ say, send, unblock, name }) {
    this.say = say;
    this.send = send;
    this.unblock = unblock;
    this.file = null;
    this.commands = [];
    this.build(name);
  }

  build(name) {
    this.words = element("textarea", {
      name: "text",
      rows: "1",
      maxlength: LONGEST_TEXT,
      tPlaceholder: "write",
      "aria-label": name,
      autocomplete: "off",
      dir: "auto",
    });
    this.picker = element("input", { type: "file", class: "picker", tabindex: "-1", tLabel: "attach" });
    this.attachButton = element("button", {
      type: "button",
      class: "icon-button",
      tLabel: "attach",
      icon: "clip",
      on: { click: () => this.picker.click() },
    });
    this.commandButton = element("button", {
      type: "button",
      class: "icon-button",
      "data-action": "commands",
      tLabel: "commands",
      icon: "commands",
      "aria-expanded": "false",
    });
    this.sendButton = element("button", {
      type: "submit",
      class: "icon-button send",
      "data-action": "send",
      tLabel: "send",
      icon: "send",
      disabled: true,
    });
    this.menu = element("div", { class: "command-menu", role: "menu", tLabel: "commands", hidden: true });
    this.tray = element("div", { class: "tray", hidden: true });
    this.startButton = element("button", {
      type: "button",
      class: "start",
      "data-action": "start",
      t: "start",
      hidden: true,
      on: { click: () => this.submit("/start") },
    });
    this.unblockButton = element("button", {
      type: "button",
      class: "start",
      "data-action": "unblock",
      t: "unblock",
      hidden: true,
      on: { click: () => this.unblock() },
    });
    this.row = element(
      "div",
      { class: "composer-row" },
      this.commandButton,
      this.words,
      this.picker,
      this.attachButton,
      this.sendButton,
    );
    this.node = element(
      "form",
      { class: "composer", novalidate: true },
      this.menu,
      this.tray,
      this.startButton,
      this.unblockButton,
      this.row,
    );
    this.listen();
  }

  listen() {
    this.node.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    this.words.addEventListener("input", () => this.typed());
    this.words.addEventListener("keydown", (event) => this.key(event));
    this.words.addEventListener("paste", (event) => this.pasted(event));
    this.picker.addEventListener("change", () => this.attach(this.picker.files[0] ?? null));
    this.commandButton.addEventListener("click", () => this.toggleMenu(this.menu.hidden));
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.toggleMenu(false));
    this.node.addEventListener(
      "focusout",
      (event) => this.node.contains(event.relatedTarget) || this.toggleMenu(false),
    );
    arrowKeys(this.menu, () => [...this.menu.querySelectorAll("button")], ["ArrowUp", "ArrowDown"]);
  }

  key(event) {
    // Enter ends a Hangul syllable while it is being composed; on a touch screen it makes a new line.
    const sends =
      event.key === "Enter" && !event.shiftKey && !event.isComposing && !matchMedia("(pointer: coarse)").matches;
    if (sends) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.menu.hidden) {
      event.preventDefault();
      this.menu.querySelector("button:last-of-type")?.focus();
    }
  }

  typed() {
    this.words.style.height = "auto";
    this.words.style.height = `${Math.min(this.words.scrollHeight, MOST_LINES_IN_PIXELS)}px`;
    this.sendButton.disabled = !this.file && !this.words.value.trim();
    const beginning = /^\/(\w*)$/.exec(this.words.value);
    const fitting = beginning ? this.commands.filter(({ command }) => command.startsWith(beginning[1])) : [];
    this.toggleMenu(fitting.length > 0, fitting);
  }

  pasted(event) {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    this.attach(file);
  }

  async submit(words = this.words.value.trim()) {
    if (!words && !this.file) return;
    const { file } = this;
    this.node.setAttribute("aria-busy", "true");
    this.sendButton.disabled = true;
    try {
      await (file ? this.send(file, words, this.asPhoto()) : this.say(words));
      if (words === this.words.value.trim()) this.words.value = "";
      if (file === this.file) this.attach(null);
    } catch {
      // The phone has said why; the words are still there for another try.
    } finally {
      this.node.removeAttribute("aria-busy");
      this.typed();
    }
  }

  asPhoto() {
    return this.tray.querySelector("input[type=checkbox]")?.checked ?? false;
  }

  attach(file) {
    this.file = file;
    this.tray.hidden = !file;
    this.words.dataset.tPlaceholder = file ? "caption" : "write";
    this.words.placeholder = text(this.words.dataset.tPlaceholder);
    this.tray.replaceChildren(...(file ? this.trayOf(file) : []));
    if (file) this.words.focus();
    else this.picker.value = "";
    this.typed();
  }

  trayOf(file) {
    const remove = element("button", {
      type: "button",
      class: "icon-button",
      tLabel: "remove",
      icon: "close",
      on: { click: () => this.attach(null) },
    });
    const asPhoto = file.type.startsWith("image/")
      ? element(
          "label",
          { class: "as-photo" },
          element("input", { type: "checkbox" }),
          element("span", { t: "asPhoto" }),
        )
      : null;
    const name = element("span", { class: "tray-name" }, file.name);
    return [
      icon("file"),
      element("span", { class: "tray-text" }, name, element("span", { class: "tray-size" }, size(file.size))),
      asPhoto,
      remove,
    ].filter(Boolean);
  }

  /** The commands as this person's menu has them. */
  setCommands(commands) {
    this.commands = commands;
    if (!this.menu.hidden) this.fillMenu(commands);
  }

  toggleMenu(open, commands = this.commands) {
    const byButton = open && commands === this.commands;
    this.menu.hidden = !open;
    this.commandButton.setAttribute("aria-expanded", String(open));
    if (open) this.fillMenu(commands);
    if (byButton) this.menu.querySelector("button")?.focus({ preventScroll: true });
  }

  fillMenu(commands) {
    const items = commands.map(({ command, description }) => {
      const pick = {
        click: () => (this.toggleMenu(false), this.words.focus({ preventScroll: true }), this.submit(`/${command}`)),
      };
      const parts = [
        element("span", { class: "command-name" }, `/${command}`),
        element("span", { class: "command-what" }, description),
      ];
      return element("button", { type: "button", role: "menuitem", "data-command": command, on: pick }, parts);
    });
    this.menu.replaceChildren(...(items.length ? items : [element("p", { class: "menu-empty", t: "noCommands" })]));
  }

  /** Who has blocked the bot can write to it only after unblocking it. */
  setBlocked(blocked) {
    this.node.classList.toggle("closed", blocked);
    this.unblockButton.hidden = !blocked;
    this.row.hidden = blocked;
  }

  /** A person who has never written sees one big button, as in the apps. */
  offerStart(offered) {
    this.startButton.hidden = !offered;
  }
}
