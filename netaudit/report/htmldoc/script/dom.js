// Elements are built one by one and take text as text: nothing that a device said is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== "") made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function mark(symbol, name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ class: `mark ${name}`, width: 12, height: 12, "aria-hidden": "true", focusable: "false" }))
    svg.setAttribute(key, value);
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${symbol}-${name}`);
  svg.append(use);
  return svg;
}

function verdictMark(device) {
  return element("span", { class: "verdict" }, mark("v", device.verdict), " ", words.verdicts[device.verdict]);
}

function standingMark(outcome) {
  const group = outcome < 3 ? "against" : outcome < 5 ? "open" : "fine";
  return element("span", { class: `standing ${group}` }, mark("o", group), " ", words.outcomes[OUTCOMES[outcome]]);
}

const byId = (id) => document.getElementById(id);
