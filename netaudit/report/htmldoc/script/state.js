// The state of the page stands in the fragment of its address, "#view?name=value&…", so that a link keeps it.

const VIEWS = ["overview", "devices", "device", "findings", "coverage", "run"];

function readState() {
  const [view, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
  return { view: VIEWS.includes(view) ? view : "overview", filters: new URLSearchParams(query) };
}

function stateLink(view, filters) {
  const query = filters.toString();
  return query ? `#${view}?${query}` : `#${view}`;
}

// The values of one filter: absent is "any", an empty value asks for devices that have none.
function chosen(filters, name) {
  return filters.has(name) ? new Set(filters.get(name).split(",").map(decodeURIComponent)) : null;
}

function withChosen(filters, name, values) {
  const next = new URLSearchParams(filters);
  next.delete("page");
  if (values && values.size) next.set(name, [...values].map((value) => value.replace(/[%,]/g, encodeURIComponent)).join(","));
  else next.delete(name);
  return next;
}

function withValue(filters, name, value) {
  const next = new URLSearchParams(filters);
  if (name !== "page") next.delete("page");
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}
