// The page as a whole: one view at a time, colours, printing.

function show(focusOn) {
  const { view, filters } = readState();
  const wanted = byId(view) ? view : "overview";
  for (const section of document.querySelectorAll(".view")) section.hidden = section.id !== wanted;
  document.documentElement.dataset.view = wanted;
  for (const link of document.querySelectorAll(".masthead nav a")) {
    const isHere = link.getAttribute("href").split("?")[0] === `#${wanted === "device" ? "devices" : wanted}`;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const title = draw(wanted, filters);
  document.title = title ? `${title} · ${pageTitle}` : pageTitle;
  if (focusOn === "keep") return;
  if (focusOn) document.querySelector(focusOn)?.focus();
  else {
    window.scrollTo(0, 0);
    byId(`${wanted}-title`)?.focus({ preventScroll: true });
  }
}

function draw(view, filters) {
  if (view === "devices") {
    drawTable(filters);
    drawFacets(filters);
    if (document.activeElement !== byId("search")) byId("search").value = filters.get("q") || ""; // never under the typist's hands
  }
  if (view === "device") return drawDevice(filters.get("id"));
  return byId(`${view}-title`).textContent.trim();
}

// Goes where a link would go; typing and choosing replace the entry in the history instead of adding one each.
function go(view, filters, focusOn) {
  history.replaceState(null, "", stateLink(view, filters));
  show(focusOn ?? "keep");
}

const THEMES = ["auto", "light", "dark"];

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = say(`theme_${theme}`);
}

function rememberedTheme() {
  try {
    const theme = localStorage.getItem("netaudit-theme");
    return THEMES.includes(theme) ? theme : "auto";
  } catch {
    return "auto"; // a browser may refuse to remember for files
  }
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  setTheme(theme);
  try {
    localStorage.setItem("netaudit-theme", theme);
  } catch {
    return;
  }
}

async function copyLink() {
  const button = byId("copy");
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = say("copied");
  } catch {
    button.textContent = say("not_copied");
  }
  setTimeout(() => (button.textContent = before), 3000);
}

// On paper the overview is the whole report; any other view is printed as it stands, with all rows of the table.
function beforePrint() {
  const { view } = readState();
  if (view === "overview") {
    for (const section of document.querySelectorAll(".view:not(#device)")) section.hidden = false;
    drawTable(new URLSearchParams());
  }
  if (view === "overview" || view === "devices") drawRows(tableState.found);
  for (const box of document.querySelectorAll("#device details")) box.open = true;
}

const pageTitle = document.title;
for (const id of ["tools", "toolbar", "table-place"]) byId(id).hidden = false;
setTheme(rememberedTheme());
byId("theme").addEventListener("click", nextTheme);
byId("print").addEventListener("click", () => window.print());
byId("copy").addEventListener("click", copyLink);
byId("search").addEventListener("input", (event) => go("devices", withValue(tableState.filters, "q", event.target.value.trim()), "keep"));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
document.addEventListener("click", (event) => {
  for (const box of document.querySelectorAll(".facet[open]")) if (!box.contains(event.target)) box.open = false;
});
window.addEventListener("hashchange", () => show());
window.addEventListener("beforeprint", beforePrint);
window.addEventListener("afterprint", () => show("keep"));
tableState.found = devices; // what a device's page walks through where it is opened by its link
show(location.hash ? undefined : "keep");
performance.mark("netaudit-ready");
prepareSearch();
