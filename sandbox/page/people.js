// The page's own controls over the people: tabs on a narrow screen, robots, a new person, an invite link.
import * as api from "./api.js";
import { arrowKeys, avatar, element, switchButton } from "./dom.js";
import { pageDialog } from "./overlays.js";
import { language, nameOf, text } from "./texts.js";

/** Tabs that choose the one phone a narrow screen shows; `choose(id)` runs at every choice. */
export class Tabs {
  constructor(node, choose) {
    this.node = node;
    this.choose = choose;
    arrowKeys(node, () => [...node.children], ["ArrowLeft", "ArrowRight"]);
    node.addEventListener(
      "focusin",
      (event) => event.target.matches(".tab") && this.choose(Number(event.target.dataset.tab)),
    );
  }

  show(users, activeId) {
    const news = new Set([...this.node.querySelectorAll(".news")].map((tab) => tab.dataset.tab));
    this.node.replaceChildren(...users.map((user) => this.tab(user, user.id === activeId, news.has(String(user.id)))));
  }

  tab(user, active, hasNews) {
    const choose = { click: () => this.choose(user.id) };
    const properties = {
      type: "button",
      role: "tab",
      "data-tab": user.id,
      "aria-controls": `phone-${user.id}`,
      "aria-selected": String(active),
      tabindex: active ? 0 : -1,
    };
    const dot = element("span", { class: "news-dot", role: "img", tLabel: "unread" });
    return element(
      "button",
      { ...properties, class: hasNews && !active ? "tab news" : "tab", on: choose },
      avatar(user),
      element("span", { class: "tab-name" }, user.first_name),
      dot,
    );
  }

  setActive(id) {
    for (const tab of this.node.children) {
      const active = tab.dataset.tab === String(id);
      tab.setAttribute("aria-selected", String(active));
      tab.tabIndex = active ? 0 : -1;
      if (active) tab.classList.remove("news");
      if (active && this.node.offsetParent) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  markNews(id) {
    const tab = this.node.querySelector(`[data-tab="${CSS.escape(String(id))}"]`);
    if (tab?.getAttribute("aria-selected") === "false") tab.classList.add("news");
  }
}

/** The panel of robots: one switch a person, one for all, and their pace. */
export class SimulatedPanel {
  constructor(panel, opener, simulate) {
    this.panel = panel;
    this.opener = opener;
    this.simulate = simulate;
    this.sight = "";
  }

  show(users) {
    const robots = users.filter((user) => user.simulated?.available);
    const working = robots.filter((user) => user.simulated.on).length;
    const count = this.opener.querySelector(".tool-count");
    count.textContent = String(working);
    count.hidden = working === 0;
    const sight = JSON.stringify([language(), robots.map((user) => [user.id, user.first_name, user.simulated])]);
    if (sight !== this.sight) this.draw(robots, working);
    this.sight = sight;
  }

  draw(robots, working) {
    const held = [...this.panel.querySelectorAll("button, input")].indexOf(document.activeElement);
    const intro = element("p", { class: "why", t: robots.length ? "simulatedWhy" : "noSimulated" });
    const title = element("h2", { t: "simulated" });
    const rows = robots.length
      ? [this.allRow(robots, working), ...robots.map((user) => this.row(user)), this.paceRow(robots)]
      : [];
    this.panel.replaceChildren(title, intro, ...rows);
    if (held >= 0) this.panel.querySelectorAll("button, input")[held]?.focus();
  }

  allRow(robots, working) {
    const change = (on) => robots.forEach((user) => this.simulate(user, on));
    const all = switchButton({ on: working === robots.length, change, tLabel: "allWorkers", "data-simulated": "all" });
    return element("div", { class: "panel-row all" }, element("span", { t: "allWorkers" }), all);
  }

  row(user) {
    const change = (on) => this.simulate(user, on);
    const name = text("simulatedOf", { name: user.first_name });
    const one = switchButton({ on: user.simulated.on, change, "aria-label": name, "data-simulated": user.id });
    return element("div", { class: "panel-row" }, avatar(user), element("span", {}, user.first_name), one);
  }

  paceRow(robots) {
    const pace = robots[0].simulated.pace ?? 3;
    const words = element("output", {}, text("paceSeconds", { seconds: pace }));
    const slider = element("input", { type: "range", min: "0.5", max: "10", step: "0.5", value: pace, tLabel: "pace" });
    slider.addEventListener("input", () => (words.textContent = text("paceSeconds", { seconds: slider.value })));
    slider.addEventListener("change", () =>
      robots.forEach((user) => this.simulate(user, user.simulated.on, Number(slider.value))),
    );
    return element("label", { class: "panel-row pace" }, element("span", { t: "pace" }), words, slider);
  }
}

/** Asks for a name and a language and adds that person; `added(user)` runs afterwards. */
export function askForPerson(added) {
  pageDialog("addPerson", (close) => {
    const name = element("input", {
      name: "first_name",
      required: true,
      maxlength: "64",
      autocomplete: "off",
      autofocus: true,
    });
    const codes = [
      ["ko", "한국어"],
      ["en", "English"],
    ];
    const choices = codes.map(([code, label]) =>
      element("option", { value: code, selected: code === language() }, label),
    );
    const code = element("select", { name: "language_code" }, choices);
    const trouble = element("p", { class: "trouble-line", role: "alert" });
    const form = element(
      "form",
      { class: "person-form" },
      element("p", { class: "why", t: "addPersonWhy" }),
      element("label", {}, element("span", { t: "name" }), name),
      element("label", {}, element("span", { t: "language" }), code),
      trouble,
      element("button", { type: "submit", class: "button strong", t: "add" }),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const user = await api.addUser(name.value.trim() || name.value, code.value);
        close();
        added(user);
      } catch (problem) {
        trouble.textContent = text("error", { reason: problem.message });
      }
    });
    return form;
  });
}

/** The start parameter of a deep link to this bot, or of one that is being shared; null for any other address. */
export function startParameter(address, username) {
  let link;
  try {
    link = new URL(address);
  } catch {
    return null;
  }
  const inTelegram = /^(www\.)?(t|telegram)\.me$/.test(link.hostname);
  if (inTelegram && link.pathname === "/share/url") return startParameter(link.searchParams.get("url") ?? "", username);
  const toTheBot = link.protocol === "tg:" ? link.searchParams.get("domain") : inTelegram && link.pathname.slice(1);
  if (!toTheBot || toTheBot.toLowerCase() !== username?.toLowerCase()) return null;
  return link.searchParams.get("start") ?? "";
}

/** Asks who of these people opens an invite link. */
export function askWhoOpens(users, opens, addSomebody) {
  pageDialog("openLink", (close) => {
    const pick = (user) => ({ click: () => (close(), opens(user)) });
    const rows = users.map((user) =>
      element(
        "button",
        { type: "button", class: "who", "data-who": user.id, on: pick(user) },
        avatar(user),
        element("span", {}, user.first_name),
        element("small", {}, nameOf(user.role)),
      ),
    );
    const add = element(
      "button",
      { type: "button", class: "who add", on: { click: () => (close(), addSomebody()) } },
      element("span", { t: "addPerson" }),
    );
    return element("div", { class: "who-list" }, rows, add);
  });
}
