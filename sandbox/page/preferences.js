// What the reader chose for this page, kept by the browser where it allows that.

/** A kept choice, or null where there is none or the browser keeps nothing. */
export function kept(name) {
  try {
    return localStorage.getItem(`tapwork.${name}`);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(`tapwork.${name}`, value);
  } catch {
    // The choice then lasts as long as the page.
  }
}

export const startingLanguage = () =>
  kept("language") ?? (navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en");

/** `light`, `dark`, or null to follow the system. */
export const startingTheme = () => kept("theme");

/** Whether the page is dark now, by choice or by the system. */
export const isDark = () =>
  (document.documentElement.dataset.theme ??
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

export function setLanguage(language) {
  document.documentElement.lang = language;
}

export function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}
