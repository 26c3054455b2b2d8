// The page: fetches who is there, gives each person a phone, and passes on what happens.
import * as api from "./api.js";
import { drawIcons, translate } from "./dom.js";
import { Drawer } from "./drawer.js";
import { askForPerson, askWhoOpens, SimulatedPanel, startParameter, Tabs } from "./people.js";
import { Phone } from "./phone.js";
import { isDark, keep, kept, setLanguage, setTheme, startingLanguage, startingTheme } from "./preferences.js";
import { language, text } from "./texts.js";

const REFRESH_MILLISECONDS = 60;
const find = (selector) => document.querySelector(selector);

class Page {
  constructor() {
    this.phones = new Map();
    this.users = [];
    this.bot = {};
    this.activeId = null;
    this.stage = find(".phones");
    const simulate = (user, on, pace = user.simulated?.pace) => this.simulate(user, on, pace);
    this.shared = {
      bot: () => this.bot,
      openLink: (...link) => this.openLink(...link),
      news: (phone) => this.tabs.markNews(phone.user.id),
      simulate,
    };
    this.tabs = new Tabs(find(".tabs"), (id) => this.activate(id));
    this.robots = new SimulatedPanel(find("#simulated-panel"), find("[data-action=simulated]"), simulate);
    this.drawer = new Drawer(find("#drawer"), find("[data-action=drawer]"), {
      nameOfUser: (id) => this.userOf(id)?.first_name,
    });
    this.watchControls();
  }

  watchControls() {
    const clicks = {
      "add-person": () => askForPerson((user) => this.welcome(user)),
      language: () => this.switchLanguage(),
      theme: () => this.switchTheme(),
      "hide-hint": () => (keep("hint", "hidden"), (find(".hint").hidden = true)),
    };
    for (const [action, listener] of Object.entries(clicks))
      find(`[data-action=${action}]`).addEventListener("click", listener);
    this.stage.addEventListener("focusin", (event) => this.activate(this.idAt(event)));
    this.stage.addEventListener("pointerdown", (event) => this.activate(this.idAt(event)));
    // A file let go beside a phone would otherwise replace the page.
    for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
  }

  idAt(event) {
    return Number(event.target.closest(".phone")?.dataset.user ?? this.activeId);
  }

  start() {
    find(".hint").hidden = kept("hint") === "hidden";
    api.listen({
      opened: () => this.synchronise(),
      lost: () => (find(".connection").hidden = false),
      event: (event) => this.take(event),
    });
  }

  /** Everything anew: at the start and after each lost connection. */
  async synchronise() {
    await this.refresh();
    await Promise.all([...this.phones.values()].map((phone) => phone.load()).concat(this.drawer.load()));
    find(".connection").hidden = true;
  }

  async refresh() {
    const { bot, users, faults } = await api.state();
    this.bot = bot;
    this.users = users;
    document.title = `${bot.name ?? "Tapwork"} · ${text("demo")}`;
    this.showPhones();
    this.robots.show(users);
    this.drawer.faults.show(faults, users);
  }

  showPhones() {
    const present = new Set(this.users.map((user) => user.id));
    for (const [id, phone] of this.phones) if (!present.has(id)) (phone.node.remove(), this.phones.delete(id));
    find(".opening")?.remove();
    for (const user of this.users) {
      if (this.phones.has(user.id)) this.phones.get(user.id).show(user);
      else this.addPhone(user);
    }
    if (!this.phones.has(this.activeId)) this.activeId = this.users[0]?.id ?? null;
    this.tabs.show(this.users, this.activeId);
    this.activate(this.activeId);
  }

  addPhone(user) {
    const phone = new Phone(user, this.shared);
    this.phones.set(user.id, phone);
    this.stage.append(phone.node);
    phone.load().catch(() => {});
  }

  activate(id) {
    this.activeId = id;
    for (const [userId, phone] of this.phones) phone.setActive(userId === id);
    this.tabs.setActive(id);
  }

  async welcome(user) {
    await this.refresh();
    this.activate(user.id);
    const phone = this.phones.get(user.id);
    phone?.node.scrollIntoView({ inline: "center", block: "nearest" });
    phone?.composer.startButton.focus();
  }

  userOf(id) {
    return this.users.find((user) => String(user.id) === String(id));
  }

  take(event) {
    const phone = this.phones.get(event.user_id);
    switch (event.type) {
      case "message":
      case "edited":
      case "deleted":
      case "toast":
        phone?.take(event);
        break;
      case "commands":
        (phone ? [phone] : [...this.phones.values()]).forEach((one) => one.take(event));
        break;
      case "call":
        this.called(event.call ?? event);
        break;
      default:
        this.planRefresh();
    }
  }

  called(call) {
    this.drawer.add(call);
    if (call.method === "sendChatAction" && call.status === 200)
      this.phones.get(Number(call.params?.chat_id))?.act(String(call.params.action));
  }

  planRefresh() {
    clearTimeout(this.planned);
    this.planned = setTimeout(() => this.refresh().catch(() => {}), REFRESH_MILLISECONDS);
  }

  async simulate(user, on, pace) {
    await api
      .simulate(user.id, on, pace)
      .catch((problem) => this.phones.get(user.id)?.overlays.toast(problem.message, { trouble: true }));
    this.planRefresh();
  }

  /** An invite link opens in somebody's phone; any other address in a tab of the browser. */
  openLink(address, event) {
    const parameter = startParameter(address, this.bot.username);
    if (parameter === null) return;
    event.preventDefault();
    askWhoOpens(
      this.users,
      (user) => this.startWith(user, parameter),
      () => askForPerson((user) => this.startWith(user, parameter)),
    );
  }

  async startWith(user, parameter) {
    await this.refresh();
    this.activate(user.id);
    const phone = this.phones.get(user.id);
    phone?.node.scrollIntoView({ inline: "center", block: "nearest" });
    phone?.chat().command(`/start ${parameter}`.trim());
  }

  switchTheme() {
    setTheme(isDark() ? "light" : "dark");
    keep("theme", isDark() ? "dark" : "light");
  }

  switchLanguage() {
    setLanguage(language() === "ko" ? "en" : "ko");
    keep("language", language());
    translate(document);
    for (const phone of this.phones.values()) phone.redraw();
    this.tabs.show(this.users, this.activeId);
    this.robots.show(this.users);
    this.drawer.redraw();
  }
}

setLanguage(startingLanguage());
setTheme(startingTheme());
drawIcons(document);
translate(document);
new Page().start();
