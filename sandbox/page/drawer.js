// The developers' drawer: every raw call of the Bot API as it happens, and the switches that make trouble.
import * as api from "./api.js";
import { element } from "./dom.js";
import { FaultSwitches } from "./faults.js";
import { clockTime, text } from "./texts.js";

const CALLS_KEPT = 600;
const ROWS_SHOWN = 150;

export class Drawer {
  constructor(node, opener, { nameOfUser }) {
    this.node = node;
    this.opener = opener;
    this.nameOfUser = nameOfUser;
    this.calls = [];
    this.rows = new Map();
    this.waitingWhilePaused = 0;
    this.paused = false;
    this.planned = false;
    this.faults = new FaultSwitches();
    this.build();
    opener.addEventListener("click", () => this.toggle(this.node.hidden));
    node.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
  }

  build() {
    const changed = { input: () => this.draw() };
    this.filter = element("input", {
      type: "search",
      class: "calls-filter",
      tPlaceholder: "filter",
      tLabel: "filter",
      on: changed,
    });
    this.calm = element("input", { type: "checkbox", name: "calm", checked: true, on: changed });
    this.failures = element("input", { type: "checkbox", name: "failures", on: changed });
    this.count = element("span", { class: "calls-count" });
    this.list = element("div", { class: "calls" });
    this.pauseButton = element("button", {
      type: "button",
      class: "button",
      "data-action": "pause",
      "aria-pressed": "false",
      t: "pause",
      on: { click: () => this.pause(!this.paused) },
    });
    const clear = element("button", { type: "button", class: "button", t: "clear", on: { click: () => this.clear() } });
    const close = element("button", {
      type: "button",
      class: "icon-button",
      icon: "close",
      tLabel: "close",
      on: { click: () => this.toggle(false) },
    });
    const check = (box, key) => element("label", { class: "check" }, box, element("span", { t: key }));
    this.node.append(
      element("header", { class: "drawer-head" }, element("h2", { t: "developer" }), close),
      this.faults.node,
      element("div", { class: "calls-head" }, element("h3", { t: "calls" }), this.count, this.pauseButton, clear),
      element(
        "div",
        { class: "calls-tools" },
        this.filter,
        check(this.calm, "calm"),
        check(this.failures, "onlyFailures"),
      ),
      this.list,
    );
  }

  toggle(open) {
    this.node.hidden = !open;
    document.documentElement.classList.toggle("with-drawer", open);
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) this.draw();
    if (open) this.node.querySelector("button").focus({ preventScroll: true });
    else this.opener.focus({ preventScroll: true });
  }

  /** Fetches what was called before the page was listening. */
  async load() {
    const { calls } = await api.calls(this.calls.at(-1)?.seq ?? 0);
    const known = new Set(this.calls.map((call) => call.seq));
    this.calls.push(...calls.filter((call) => !known.has(call.seq)));
    this.calls.sort((a, b) => a.seq - b.seq);
    this.trim();
    this.planDraw();
  }

  add(call) {
    this.calls.push(call);
    if (this.paused) this.waitingWhilePaused += 1;
    this.trim();
    this.planDraw();
  }

  trim() {
    for (const call of this.calls.splice(0, Math.max(0, this.calls.length - CALLS_KEPT))) this.rows.delete(call.seq);
  }

  pause(paused) {
    this.paused = paused;
    this.waitingWhilePaused = 0;
    this.pauseButton.dataset.t = paused ? "resume" : "pause";
    this.pauseButton.textContent = text(this.pauseButton.dataset.t);
    this.pauseButton.setAttribute("aria-pressed", String(paused));
    this.frozen = paused ? [...this.calls] : null;
    this.draw();
  }

  clear() {
    this.calls = [];
    this.rows.clear();
    if (this.paused) this.frozen = [];
    this.draw();
  }

  // Robots make many calls a second; the list is drawn once a frame at most, and only while somebody looks.
  planDraw() {
    if (this.planned || this.node.hidden) return;
    this.planned = true;
    requestAnimationFrame(() => {
      this.planned = false;
      this.draw();
    });
  }

  draw() {
    const calls = this.frozen ?? this.calls;
    const fitting = calls.filter((call) => this.fits(call));
    const shown = fitting
      .slice(-ROWS_SHOWN)
      .reverse()
      .map((call) => this.row(call));
    const counted = text("callsShown", { shown: fitting.length, all: calls.length });
    this.count.textContent = this.waitingWhilePaused ? text("paused", { count: this.waitingWhilePaused }) : counted;
    this.arrange(shown.length ? shown : [element("p", { class: "calls-empty", t: "noCalls" })]);
  }

  // Rows that stay are not moved, so an opened one stays open and keeps the focus.
  arrange(rows) {
    const wanted = new Set(rows);
    [...this.list.children].forEach((row) => wanted.has(row) || row.remove());
    let place = this.list.firstChild;
    for (const row of rows) {
      if (row === place) place = place.nextSibling;
      else this.list.insertBefore(row, place);
    }
  }

  fits(call) {
    if (this.calm.checked && call.method === "getUpdates" && call.status === 200) return false;
    if (this.failures.checked && call.status === 200) return false;
    const wanted = this.filter.value.trim().toLowerCase();
    if (!wanted) return true;
    const words = [call.method, call.status, this.whom(call), JSON.stringify(call.params), call.description].join(" ");
    return words.toLowerCase().includes(wanted);
  }

  whom(call) {
    const id = call.params?.chat_id ?? call.params?.user_id;
    return id === undefined ? "" : (this.nameOfUser(id) ?? String(id));
  }

  row(call) {
    if (!this.rows.has(call.seq)) this.rows.set(call.seq, callRow(call, this.whom(call)));
    return this.rows.get(call.seq);
  }

  redraw() {
    this.rows.clear();
    this.faults.redraw();
    if (!this.node.hidden) this.draw();
  }
}

function callRow(call, whom) {
  const good = call.status === 200;
  const status = element("span", { class: good ? "call-status" : "call-status bad" }, String(call.status || "✕"));
  const summary = element(
    "summary",
    {},
    status,
    element("span", { class: "call-method" }, call.method),
    element("span", { class: "call-whom" }, whom),
    element("span", { class: "call-ms" }, `${Math.round(call.ms)} ms`),
    element("time", {}, clockTime(call.at)),
  );
  const details = element("details", { class: "call", "data-seq": call.seq, "data-method": call.method }, summary);
  details.addEventListener(
    "toggle",
    () => details.open && details.childElementCount === 1 && details.append(...callBody(call)),
  );
  return details;
}

function callBody(call) {
  const trouble = call.description ? element("p", { class: "call-trouble" }, call.description) : null;
  return [
    trouble,
    element("pre", { tabindex: "0", tLabel: "params" }, JSON.stringify(opened(call.params ?? {}), null, 2)),
  ].filter(Boolean);
}

// Forms carry objects as JSON in a string; they are easier to read unpacked.
function opened(params) {
  const unpack = (value) => {
    if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  };
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, unpack(value)]));
}
