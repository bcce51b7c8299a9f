// The table: which devices fit the filters, in which order, and the rows of one page of them.

const PAGE_ROWS = 60;
const SHOWN_FIRST = ["address", "what", "model", "firmware", "place", "verdict", "standing"];
const columnNames = Object.keys(words.columns);

const isOneSite = new Set(devices.map((device) => device.site)).size < 2; // then it stands at the top of the report
const place = (device) =>
  [isOneSite ? "" : device.site, device.subnet, device.behindNumber >= 0 ? `${words.columns.behind} ${devices[device.behindNumber].address}` : ""]
    .filter(Boolean)
    .join(" · ");

const CELLS = {
  verdict: (device) => [verdictMark(device), " ", element("span", { class: "certainty" }, certaintyText(device))],
  certainty: (device) => [certaintyText(device)],
  kind: (device) => [words.kind[device.kind]],
  standing: (device) => (device.standing < 0 ? [] : [standingMark(device.standing), device.deadline ? ` ${say("by", { date: device.deadline })}` : ""]),
  place: (device) => [place(device)],
  behind: (device) => (device.behindNumber < 0 ? [] : [devices[device.behindNumber].address]),
};
const SORT_KEYS = {
  address: (device) => device.number,
  verdict: (device) => (device.verdict === "unknown" ? -1 : device.certainty),
  certainty: (device) => device.certainty,
  standing: (device) => (device.standing < 0 ? 99 : device.standing),
  place: (device) => place(device),
  behind: (device) => device.behindNumber,
  kind: (device) => words.kind[device.kind],
};
const MONO = new Set(["address", "mac", "firmware", "serial"]);
const collator = new Intl.Collator(words.language, { numeric: true });

const TESTS = {
  maker: (device, values) => values.has(device.maker),
  brand: (device, values) => values.has(device.brand),
  verdict: (device, values) => values.has(device.verdict),
  kind: (device, values) => values.has(device.kind),
  site: (device, values) => values.has(device.site),
  subnet: (device, values) => values.has(device.subnet),
  need: (device, values) => NEEDS.some((need, bit) => values.has(need) && device.needs & (1 << bit)),
  standing: (device, values) => values.has(OUTCOMES[device.standing]),
  policies: (device, values) => device.policies.some((policy) => values.has(policy)),
};

function fitting(filters, except) {
  const wanted = (filters.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
  const tests = Object.keys(TESTS)
    .filter((name) => name !== except && filters.has(name))
    .map((name) => [TESTS[name], chosen(filters, name)]);
  return devices.filter(
    (device) => tests.every(([test, values]) => test(device, values)) && wanted.every((word) => haystack(device).includes(word)),
  );
}

function sorted(found, sort) {
  const name = sort.replace(/^-/, "");
  if (!columnNames.includes(name)) return found;
  const key = SORT_KEYS[name] ?? ((device) => device[name]);
  const keyed = found.map((device) => [key(device), device]);
  const direction = sort.startsWith("-") ? -1 : 1;
  keyed.sort(([a, first], [b, second]) => {
    if ((a === "") !== (b === "")) return a === "" ? 1 : -1; // what is not known stands last, however it is sorted
    const order = typeof a === "number" ? a - b : collator.compare(a, b);
    return order * direction || first.number - second.number;
  });
  return keyed.map(([, device]) => device);
}

function shownColumns(filters) {
  const names = (filters.get("cols") || "").split(",").filter((name) => columnNames.includes(name));
  return names.length ? names : SHOWN_FIRST.filter((name) => columnNames.includes(name));
}

const tableState = { found: [], filters: new URLSearchParams() };

function drawTable(filters) {
  tableState.filters = filters;
  tableState.found = sorted(fitting(filters), filters.get("sort") || "");
  const count = Math.max(1, Math.ceil(tableState.found.length / PAGE_ROWS));
  const page = Math.min(count, Math.max(1, Number.parseInt(filters.get("page"), 10) || 1));
  drawHead(filters);
  drawRows(tableState.found.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS));
  drawPager(filters, page, count);
  const all = counted(devices.length);
  byId("count").textContent =
    tableState.found.length === devices.length ? all : say("shown", { shown: wholeNumber.format(tableState.found.length), all: wholeNumber.format(devices.length) });
}

function drawHead(filters) {
  const sort = filters.get("sort") || "address";
  const heads = shownColumns(filters).map((name) => {
    const isUp = sort === name;
    const isDown = sort === `-${name}`;
    const button = element(
      "button",
      { type: "button", "data-sort": name, on: { click: () => go("devices", withValue(filters, "sort", isUp ? `-${name}` : name), `[data-sort="${name}"]`) } },
      words.columns[name],
      isUp || isDown ? element("span", { class: "arrow", "aria-hidden": "true" }, isUp ? " ↑" : " ↓") : "",
    );
    return element("th", { scope: "col", role: "columnheader", class: name, "aria-sort": isUp ? "ascending" : isDown ? "descending" : undefined }, button);
  });
  byId("table").tHead.replaceChildren(element("tr", { role: "row" }, heads));
}

function drawRows(rows) {
  const names = shownColumns(tableState.filters);
  const body = byId("table").tBodies[0];
  if (!rows.length) {
    body.replaceChildren(element("tr", { role: "row" }, element("td", { role: "cell", colspan: names.length, class: "nothing" }, say("no_match"))));
    return;
  }
  const fragment = document.createDocumentFragment();
  for (const device of rows) fragment.append(tableRow(device, names));
  body.replaceChildren(fragment);
}

function tableRow(device, names) {
  const cells = names.map((name, number) => {
    const content = CELLS[name] ? CELLS[name](device) : [device[name]];
    const attributes = { class: MONO.has(name) ? `${name} mono` : name, "data-label": words.columns[name] };
    if (number) return element("td", { role: "cell", ...attributes }, content);
    const empty = !content.flat().some((part) => part !== "");
    const link = element("a", { href: deviceLink(device) }, empty ? device.address || device.mac || device.id : content);
    return element("th", { scope: "row", role: "rowheader", ...attributes }, link);
  });
  return element("tr", { role: "row", class: device.standing >= 0 && device.standing < 3 ? "against" : "" }, cells);
}

const deviceLink = (device) => stateLink("device", new URLSearchParams({ id: device.id }));

function drawPager(filters, page, count) {
  const to = (number, name) =>
    number < 1 || number > count
      ? ""
      : element("a", { href: stateLink("devices", withValue(filters, "page", number > 1 ? String(number) : "")), rel: name === "next" ? "next" : "prev" }, say(name));
  byId("pager").replaceChildren(
    ...(count > 1
      ? [to(page - 1, "previous"), element("span", {}, say("page", { page: wholeNumber.format(page), pages: wholeNumber.format(count) })), to(page + 1, "next")].filter(Boolean)
      : []),
  );
}
