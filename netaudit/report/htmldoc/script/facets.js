// The filters: a button for each, which opens a list of its values with how many devices have them.

const FACETS = ["maker", "verdict", "kind", "brand", "need", "standing", "policies", "site", "subnet"];
const VALUES_SHOWN = 300;

const FACET_VALUES = {
  need: (device) => NEEDS.filter((_, bit) => device.needs & (1 << bit)),
  standing: (device) => (device.standing < 0 ? [] : [OUTCOMES[device.standing]]),
  policies: (device) => device.policies,
};
const VALUE_NAMES = { verdict: words.verdicts, kind: words.kinds, need: words.needs, standing: words.outcomes };
const VALUE_ORDER = { verdict: Object.keys(words.verdicts), need: NEEDS, standing: OUTCOMES };

const facetTitle = (name) => words.columns[name] ?? words.page[name];
const valueName = (name, value) => VALUE_NAMES[name]?.[value] ?? (value === "" ? say("none") : value);
const valuesOf = (device, name) => FACET_VALUES[name]?.(device) ?? [device[name]];
const usedFacets = FACETS.filter((name) => {
  const values = new Set();
  for (const device of devices) for (const value of valuesOf(device, name)) values.add(value);
  return values.size > (name === "need" || name === "standing" ? 0 : 1);
});

function drawFacets(filters) {
  if (!byId("facets").childElementCount)
    byId("facets").replaceChildren(...usedFacets.map(facet), columnChoice());
  for (const box of byId("facets").children) {
    const name = box.dataset.facet;
    box.classList.toggle("used", filters.has(name));
    if (box.open) fillFacet(box);
  }
  drawChips(filters);
}

function facet(name) {
  return dropdown(name, facetTitle(name), fillFacet);
}

function columnChoice() {
  return dropdown("cols", words.page.columns, fillColumns);
}

function dropdown(name, title, fillBox) {
  const box = element("details", { "data-facet": name, class: "facet" }, element("summary", {}, title), element("fieldset", {}, element("legend", { class: "hidden" }, title)));
  box.addEventListener("toggle", () => {
    if (!box.open) return;
    for (const other of byId("facets").children) if (other !== box) other.open = false;
    fillBox(box);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.open = false;
    box.querySelector("summary").focus();
  });
  return box;
}

function fillFacet(box) {
  if (box.dataset.facet === "cols") return fillColumns(box);
  const name = box.dataset.facet;
  const { filters } = tableState;
  const picked = chosen(filters, name) ?? new Set();
  const counts = new Map([...picked].map((value) => [value, 0]));
  for (const device of fitting(filters, name)) for (const value of valuesOf(device, name)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const order = VALUE_ORDER[name];
  const entries = [...counts].sort(([a, n], [b, m]) => (order ? order.indexOf(a) - order.indexOf(b) : m - n || collator.compare(a, b)));
  fillOptions(
    box,
    entries.slice(0, VALUES_SHOWN).map(([value, number]) => option(valueName(name, value), number, picked.has(value), name + value, (isOn) => {
      const next = new Set(chosen(tableState.filters, name) ?? []);
      if (isOn) next.add(value);
      else next.delete(value);
      go("devices", withChosen(tableState.filters, name, next), "keep");
    })),
  );
}

function fillColumns(box) {
  const shown = shownColumns(tableState.filters);
  fillOptions(
    box,
    columnNames.map((name) => option(words.columns[name], null, shown.includes(name), `cols${name}`, (isOn) => {
      const now = shownColumns(tableState.filters);
      const next = columnNames.filter((other) => (other === name ? isOn : now.includes(other)));
      const isUsual = next.join() === SHOWN_FIRST.filter((other) => columnNames.includes(other)).join();
      go("devices", withValue(tableState.filters, "cols", isUsual ? "" : next.join(",")), "keep");
    })),
  );
}

// The list is drawn anew after each choice; the box that was used keeps the focus.
function fillOptions(box, options) {
  const set = box.querySelector("fieldset");
  const focused = document.activeElement?.dataset?.option;
  set.replaceChildren(set.firstElementChild, ...options);
  if (focused) [...set.querySelectorAll("input")].find((input) => input.dataset.option === focused)?.focus();
}

function option(title, number, isOn, key, choose) {
  const input = element("input", { type: "checkbox", "data-option": key, on: { change: (event) => choose(event.target.checked) } });
  input.checked = isOn;
  return element("label", {}, input, element("span", { class: "value" }, title), number === null ? "" : element("span", { class: "number" }, wholeNumber.format(number)));
}

function drawChips(filters) {
  const chips = [];
  for (const name of FACETS) {
    const values = chosen(filters, name);
    if (!values) continue;
    for (const value of values) {
      const title = `${facetTitle(name)}: ${valueName(name, value)}`;
      const without = new Set([...values].filter((other) => other !== value));
      chips.push(element("li", {}, element("button", { type: "button", "aria-label": say("remove", { name: title }), on: { click: () => go("devices", withChosen(filters, name, without), "#search") } }, title, element("span", { "aria-hidden": "true" }, " ×"))));
    }
  }
  if (chips.length || filters.has("q")) {
    const kept = new URLSearchParams([...filters].filter(([name]) => name === "cols" || name === "sort"));
    chips.push(element("li", {}, element("button", { type: "button", class: "clear", on: { click: () => go("devices", kept, "#search") } }, say("clear"))));
  }
  byId("chips").replaceChildren(...chips);
  byId("chips").hidden = !chips.length;
}
