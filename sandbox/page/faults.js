// Switches that make the sandbox, or the way to it, misbehave.
import * as api from "./api.js";
import { element, switchButton } from "./dom.js";
import { language, text } from "./texts.js";

const NAMES = {
  ko: {
    latency: "응답 지연 (초)",
    drop_before: "효과 없이 끊김",
    drop_after: "처리된 뒤 끊김",
    bad_gateway: "502 오류 페이지",
    double_tap: "같은 탭이 두 번 옴",
    hang_polls: "getUpdates가 멈춤",
    flood: "429 일으키기",
    floodWho: "누구의 대화",
    floodSeconds: "초 동안",
    rig: "다음 호출을 실패시키기",
    rigMethod: "메서드",
    rigStatus: "상태 코드",
    rigTimes: "횟수",
    apply: "켜기",
    floodedNow: "{name}: 429, {seconds}초",
    riggedNow: "{method} → {status} · {times}번",
  },
  en: {
    latency: "Latency (seconds)",
    drop_before: "Cut off without effect",
    drop_after: "Cut off after the effect",
    bad_gateway: "502 error page",
    double_tap: "Same tap arrives twice",
    hang_polls: "getUpdates hangs",
    flood: "Answer 429 in a chat",
    floodWho: "Whose chat",
    floodSeconds: "for seconds",
    rig: "Fail the next calls",
    rigMethod: "Method",
    rigStatus: "Status",
    rigTimes: "Times",
    apply: "Set",
    floodedNow: "{name}: 429 for {seconds} s",
    riggedNow: "{method} → {status} · {times}×",
  },
};
const SLIDERS = [
  { name: "latency", max: 5, step: 0.1, words: (value) => `${value} s` },
  { name: "drop_before", max: 1, step: 0.05, words: percent },
  { name: "drop_after", max: 1, step: 0.05, words: percent },
  { name: "bad_gateway", max: 1, step: 0.05, words: percent },
  { name: "double_tap", max: 1, step: 0.05, words: percent },
];
const METHODS = [
  "sendMessage",
  "editMessageText",
  "editMessageMedia",
  "sendPhoto",
  "sendDocument",
  "answerCallbackQuery",
  "getUpdates",
  "getFile",
  "deleteMessage",
];
const STATUSES = [429, 500, 502, 403, 400, 401, 409];

const name = (key, blanks = {}) => NAMES[language()][key].replace(/\{(\w+)\}/g, (_, blank) => String(blanks[blank]));

function percent(value) {
  return `${Math.round(value * 100)}%`;
}

export class FaultSwitches {
  constructor() {
    this.faults = {};
    this.users = [];
    this.count = element("span", { class: "faults-count" });
    this.body = element("div", { class: "faults-body" });
    this.trouble = element("p", { class: "trouble-line", role: "alert" });
    const summary = element("summary", {}, element("h3", { t: "faults" }), this.count);
    this.node = element(
      "details",
      { class: "faults" },
      summary,
      element("p", { class: "why", t: "faultsWhy" }),
      this.body,
      this.trouble,
    );
  }

  /** The switches as the server has them now. */
  show(faults, users) {
    const sight = JSON.stringify([faults, users.map((user) => user.first_name)]);
    if (sight === this.sight) return;
    this.sight = sight;
    this.faults = faults;
    this.users = users;
    this.redraw();
  }

  redraw() {
    const on = this.countOn();
    this.count.textContent = on ? text("faultsOn", { count: on }) : "";
    document.documentElement.classList.toggle("with-faults", on > 0);
    if (
      this.body.contains(document.activeElement) &&
      document.activeElement.matches("input, select") &&
      this.body.childElementCount
    ) {
      this.showNow();
      return;
    }
    this.now = element("ul", { class: "faults-now" });
    const reset = element("button", {
      type: "button",
      class: "button",
      "data-fault": "clear",
      t: "faultsReset",
      on: { click: () => this.set({ clear: true }) },
    });
    this.body.replaceChildren(
      ...SLIDERS.map((slider) => this.slider(slider)),
      this.hangRow(),
      this.floodForm(),
      this.rigForm(),
      this.now,
      reset,
    );
    this.showNow();
  }

  countOn() {
    const { rigged = [], hang_polls: hangs = false } = this.faults;
    return (
      SLIDERS.filter(({ name: key }) => this.faults[key] > 0).length +
      this.flooded().length +
      rigged.length +
      Number(hangs)
    );
  }

  flooded() {
    return Object.entries(this.faults.flooded ?? {}).filter(([, seconds]) => seconds > 0);
  }

  showNow() {
    const flooded = this.flooded().map(([id, seconds]) => {
      const who = this.users.find((user) => String(user.id) === id)?.first_name ?? id;
      return name("floodedNow", { name: who, seconds: Math.ceil(seconds) });
    });
    const rigged = (this.faults.rigged ?? []).map((one) =>
      name("riggedNow", {
        ...one,
        method: METHODS.find((method) => method.toLowerCase() === one.method) ?? one.method,
      }),
    );
    this.now.replaceChildren(...[...flooded, ...rigged].map((words) => element("li", {}, words)));
  }

  slider({ name: key, max, step, words }) {
    const value = this.faults[key] ?? 0;
    const told = element("output", {}, words(value));
    const input = element("input", { type: "range", min: "0", max, step, value, "data-fault": key });
    input.addEventListener("input", () => (told.textContent = words(Number(input.value))));
    input.addEventListener("change", () => this.set({ [key]: Number(input.value) }));
    return element("label", { class: value > 0 ? "fault on" : "fault" }, element("span", {}, name(key)), told, input);
  }

  hangRow() {
    const change = (on) => this.set({ hang_polls: on });
    const hang = switchButton({
      on: Boolean(this.faults.hang_polls),
      change,
      "aria-label": name("hang_polls"),
      "data-fault": "hang_polls",
    });
    return element("div", { class: "fault plain" }, element("span", {}, name("hang_polls")), hang);
  }

  floodForm() {
    const who = element(
      "select",
      { name: "who", "aria-label": name("floodWho") },
      this.users.map((user) => element("option", { value: user.id }, user.first_name)),
    );
    const seconds = element("input", {
      name: "seconds",
      type: "number",
      min: "1",
      max: "600",
      value: "15",
      required: true,
      "aria-label": name("floodSeconds"),
    });
    return this.form("flood", [who, seconds, element("span", {}, name("floodSeconds"))], () => ({
      flooded: { [who.value]: Number(seconds.value) },
    }));
  }

  rigForm() {
    const option = (value) => element("option", { value }, String(value));
    const method = element("select", { name: "method", "aria-label": name("rigMethod") }, METHODS.map(option));
    const status = element("select", { name: "status", "aria-label": name("rigStatus") }, STATUSES.map(option));
    const times = element("input", {
      name: "times",
      type: "number",
      min: "1",
      max: "999",
      value: "1",
      required: true,
      "aria-label": name("rigTimes"),
    });
    return this.form("rig", [method, status, times], () => ({
      rigged: [{ method: method.value, status: Number(status.value), times: Number(times.value) }],
    }));
  }

  form(key, fields, wanted) {
    const apply = element("button", { type: "submit", class: "button" }, name("apply"));
    const form = element(
      "form",
      { class: "fault-form", "data-fault": key },
      element("p", {}, name(key)),
      element("div", {}, fields, apply),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.set(wanted());
    });
    return form;
  }

  async set(wanted) {
    try {
      await api.setFaults(wanted);
      this.trouble.textContent = "";
    } catch (problem) {
      this.trouble.textContent = text("error", { reason: problem.message });
    }
  }
}
