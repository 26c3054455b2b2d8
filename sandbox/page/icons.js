const NAMESPACE = "http://www.w3.org/2000/svg";

// Drawn on a grid of 24 by 24, stroked in the text's colour.
const PATHS = {
  check: "M6 12.5l4 4L18 8.5",
  clip: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8",
  close: "M6 6l12 12M18 6L6 18",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  commands: "M4 7h16M4 12h16M4 17h10",
  down: "M12 5v14M5.5 12.5L12 19l6.5-6.5",
  file: "M13.5 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8.5zM13.5 3v5.5H19",
  link: "M14 5h5v5M19 5l-8 8M17 14v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  pause: "M8.5 5v14M15.5 5v14",
  person: "M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2.5 20c.6-3.6 3.6-5.5 7.5-5.5 1.6 0 3 .3 4.2 1M18 14v7M14.5 17.5h7",
  play: "M8 5l11 7-11 7z",
  robot:
    "M12 3v4M5 9.5A2.5 2.5 0 0 1 7.5 7h9A2.5 2.5 0 0 1 19 9.5v7a2.5 2.5 0 0 1-2.5 2.5h-9A2.5 2.5 0 0 1 5 16.5zM9.5 12v1.5M14.5 12v1.5M2.5 12v3M21.5 12v3",
  send: "M4 12l16-8-5 17-3.5-7.5zM11.5 13.5L20 4",
  theme: "M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.3 11v5M13.7 11v5",
};

/** A drawing for the eye only; what it means is said by the label of the element around it. */
export function icon(name) {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
