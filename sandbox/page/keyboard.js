// Inline keyboards under a message.
import { element } from "./dom.js";
import { text } from "./texts.js";

/**
 * The rows of buttons of a message. `waiting(data)` says whether a tap on it is still unanswered,
 * `tap(data)` and `open(address, event)` run when somebody presses.
 */
export function keyboard(message, { waiting, tap, open, copy }) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  const presses = { waiting, tap, open, copy };
  return element(
    "div",
    { class: "keyboard" },
    rows.map((row) =>
      element(
        "div",
        { class: "keyboard-row" },
        row.map((button) => inlineButton(button, presses)),
      ),
    ),
  );
}

function inlineButton(button, { waiting, tap, open, copy }) {
  const label = element("span", { class: "inline-label" }, button.text);
  const look = { class: "inline", title: button.text, "data-look": button.style };
  if (button.url) {
    const opened = { click: (event) => open(button.url, event) };
    return element(
      "a",
      { ...look, href: button.url, target: "_blank", rel: "noopener noreferrer", icon: "link", on: opened },
      label,
    );
  }
  const node = element("button", { ...look, type: "button", "data-data": button.callback_data ?? "" }, label);
  if (button.callback_data === undefined)
    node.addEventListener("click", () => copy(button.copy_text?.text ?? button.text));
  else node.addEventListener("click", () => tap(button.callback_data));
  markWaiting(node, waiting(button.callback_data));
  return node;
}

/** Shows or takes away the spinner of a button whose tap waits for the bot's answer. */
export function markWaiting(node, waits) {
  node.classList.toggle("waiting", waits);
  if (waits) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
  node.querySelector(".spinner")?.remove();
  if (waits) node.append(element("span", { class: "spinner", role: "img", "aria-label": text("waiting") }));
}
