// What lies over one phone for a moment: toasts, alerts, an enlarged photo. And the page's own dialogs.
import { element } from "./dom.js";
import { icon } from "./icons.js";

const TOAST_SECONDS = 2.5;
const TOAST_SECONDS_PER_LETTER = 0.06;

export class Overlays {
  constructor(phone) {
    this.phone = phone;
    this.toasts = element("div", { class: "toasts", role: "status", "aria-live": "polite" });
    this.layer = element("div", { class: "layer" }, this.toasts);
  }

  /** A short notice that goes by itself; the newest replaces the one before. */
  toast(words, { trouble = false } = {}) {
    const node = element("div", { class: trouble ? "toast trouble" : "toast" }, words);
    this.toasts.replaceChildren(node);
    setTimeout(() => node.remove(), (TOAST_SECONDS + words.length * TOAST_SECONDS_PER_LETTER) * 1000);
  }

  /** A notice that stays until it is confirmed. */
  alert(words) {
    const before = this.heldFocus();
    const close = this.cover("alert", (done) => {
      const confirm = element("button", { type: "button", class: "button strong", t: "ok", on: { click: done } });
      return element(
        "div",
        { class: "alert-box", role: "alertdialog", "aria-modal": "true", tLabel: "alert" },
        element("p", {}, words),
        confirm,
      );
    });
    if (before) close.focusFirst();
  }

  enlarge(address, words) {
    const close = this.cover("enlarged", (done) => {
      const shut = element("button", {
        type: "button",
        class: "icon-button",
        icon: "close",
        tLabel: "close",
        on: { click: done },
      });
      return element("figure", { on: { click: done } }, element("img", { src: address, alt: words }), shut);
    });
    close.focusFirst();
  }

  cover(kind, build) {
    this.layer.querySelector(`.${kind}`)?.remove();
    const before = this.heldFocus();
    const cover = element("div", { class: `cover ${kind}` });
    const done = () => {
      cover.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
    cover.append(build(done));
    cover.addEventListener("click", (event) => event.target === cover && done());
    cover.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), done()));
    this.layer.append(cover);
    return { focusFirst: () => cover.querySelector("button")?.focus() };
  }

  heldFocus() {
    return this.phone.contains(document.activeElement) ? document.activeElement : null;
  }
}

/** A dialog of the page itself; `build(close)` gives its content, closing removes it. */
export function pageDialog(titleKey, build) {
  const dialog = element("dialog", { class: "dialog", tLabel: titleKey });
  const close = () => dialog.close();
  const shut = element(
    "button",
    { type: "button", class: "icon-button", tLabel: "close", on: { click: close } },
    icon("close"),
  );
  dialog.append(element("header", {}, element("h2", { t: titleKey }), shut), build(close));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
