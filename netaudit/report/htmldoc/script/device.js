// One device: what it is said to be, why, why not, and what would make it certain.

function drawDevice(id) {
  const device = deviceById.get(id);
  const section = byId("device");
  if (!device) {
    section.replaceChildren(element("h1", { id: "device-title", class: "title", tabindex: -1 }, say("unknown_device", { id: (id ?? "").slice(0, 80) })), backLink());
    return say("unknown_device", { id: "" });
  }
  const [firstReply, base, verdict, sides, conflicts, unseen, advice, registered, children, found, past] = pages().devices[device.number];
  const text = (number) => pages().texts[number];
  section.replaceChildren(
    walk(device),
    element("p", { class: "kicker" }, device.address || device.mac || device.id),
    element("h1", { id: "device-title", class: "title", tabindex: -1 }, device.what),
    element("p", { class: "lead" }, mark("v", device.verdict), " ", text(verdict)),
    ...list("findings", found.map((finding) => findingItem(finding, text))),
    factList(device, registered.map(text), children),
    ...sides.flatMap(([title, items]) => evidenceSide(text(title), evidenceOf(items, firstReply, base), text)),
    sides.length ? "" : element("p", {}, say("evidence_none")),
    ...list("conflicts", conflicts.map(text)),
    ...list("unseen", unseen.map(text)),
    ...list(device.verdict === "confirmed" ? "tell_more" : "certain", advice.map(text)),
    ...childList(device),
    ...pastList(past, text),
    element("p", { class: "aside" }, say("explain"), " ", element("code", {}, `netaudit explain INVENTORY ${device.id}`)),
  );
  return device.what;
}

function walk(device) {
  const at = tableState.found.indexOf(device);
  const to = (number, name) => {
    const other = tableState.found[number];
    return other ? element("a", { href: deviceLink(other), rel: name === "next" ? "next" : "prev" }, say(name)) : "";
  };
  return element(
    "nav",
    { class: "walk", "aria-label": words.page.of_list.split("{")[0].trim() },
    backLink(),
    at < 0 ? "" : to(at - 1, "previous"),
    at < 0 ? "" : element("span", {}, say("of_list", { place: wholeNumber.format(at + 1), number: wholeNumber.format(tableState.found.length) })),
    at < 0 ? "" : to(at + 1, "next"),
  );
}

const backLink = () => element("a", { href: stateLink("devices", tableState.filters), class: "back" }, say("back"));

function list(title, items) {
  if (!items.length) return [];
  return [element("h2", {}, words.page[title]), element("ul", { class: "sentences" }, items.map((item) => element("li", {}, item)))];
}

function findingItem([rule, outcome, because, missing, deadline], text) {
  const [policy, name, plain] = pages().rules[rule];
  return element(
    "span",
    {},
    standingMark(outcome),
    deadline ? ` ${say("by", { date: text(deadline) })}` : "",
    " · ",
    element("a", { href: stateLink("findings", new URLSearchParams()) }, `${policy}/${name}`),
    plain ? element("span", { class: "rule", lang: "en" }, plain) : "",
    because ? element("span", { class: "because", lang: "en" }, text(because)) : "",
    missing ? element("span", { class: "because", lang: "en" }, `${say("missing")}: ${text(missing)}`) : "",
  );
}

function factList(device, registered, [declared, inspected]) {
  const parent = devices[device.behindNumber];
  const facts = [
    [words.columns.address, device.address, "mono"],
    [words.columns.mac, device.mac, "mono"],
    [say("registered"), registered.join(", ")],
    [words.columns.name, device.name],
    [words.columns.place, [device.site, device.subnet].filter(Boolean).join(" · ")],
    [words.columns.behind, parent ? element("a", { href: deviceLink(parent) }, parent.address || parent.id) : ""],
    [words.columns.maker, device.maker || say("not_known")],
    [words.columns.brand, device.brand || say("not_known")],
    [words.columns.kind, words.kind[device.kind]],
    [words.columns.model, device.model || say("not_known")],
    [words.columns.line, device.line],
    [words.columns.firmware, [device.firmware || say("not_known"), device.firmware_date].filter(Boolean).join(" · "), "mono"],
    [words.columns.serial, device.serial || say("not_known"), "mono"],
    [words.columns.produced, device.produced],
    [words.columns.services, device.services],
    [say("children"), declared ? say("children_counted", { declared: wholeNumber.format(declared), inspected: wholeNumber.format(inspected) }) : ""],
    [say("id"), device.id, "mono"],
  ];
  const rows = facts.filter(([, value]) => value).map(([name, value, kind]) => element("div", {}, element("dt", {}, name), element("dd", { class: kind }, value)));
  return element("div", {}, element("h2", {}, say("facts")), element("dl", { class: "facts" }, rows));
}

// The kinds of all pieces stand in a pattern; then four numbers are one piece. Texts that first stand on this device's page
// are counted down from -1, replies from the device's first.
function evidenceOf([pattern, ...numbers], firstReply, base) {
  const near = (number) => (number < 0 ? base - 1 - number : number);
  return pages().patterns[pattern - 1].map((kind, place) => {
    const [value, supports, reply, after] = numbers.slice(place * 4, place * 4 + 4);
    return [kind, near(value), near(supports), Math.max(0, reply + firstReply), after];
  });
}

function evidenceSide(title, items, text) {
  if (!items.length) return [];
  return [element("h2", {}, title, " ", element("span", { class: "count" }, wholeNumber.format(items.length))), element("ol", { class: "evidence" }, items.map((item) => evidenceItem(item, text)))];
}

function evidenceItem([kind, value, supports, reply, after], text) {
  const [channel, field, fingerprint, strength, title] = pages().kinds[kind - 1];
  const heard = new Date(Date.parse(pages().started) + after * 1000);
  const time = Number.isNaN(heard.getTime()) ? "" : heard.toISOString().slice(0, 19).replace("T", " ") + " UTC";
  return element(
    "li",
    { class: strength },
    element("span", { class: "strength" }, words.strengths[strength] ?? strength),
    element(
      "div",
      {},
      title ? element("p", { class: "means", lang: "en" }, title) : "",
      element("p", { class: "said" }, element("span", { class: "field" }, field), " = ", element("q", {}, text(value))),
      element("p", { class: "says" }, supports ? say("says", { what: text(supports) }) : say("says_nothing")),
      element(
        "details",
        {},
        element("summary", {}, say("heard", { channel: words.channels[channel] ?? channel, time })),
        element("dl", { class: "trace" }, element("dt", {}, say("fingerprint")), element("dd", {}, fingerprint), element("dt", {}, say("reply")), element("dd", { class: "digest" }, digest(reply) || say("reply_none"))),
      ),
    ),
  );
}

function childList(device) {
  const children = devices.filter((other) => other.behindNumber === device.number);
  if (!children.length) return [];
  const items = children.map((child) => element("li", {}, element("a", { href: deviceLink(child) }, child.address || child.id), " ", child.what));
  return [element("h2", {}, say("children")), element("ul", { class: "sentences" }, items)];
}

function pastList([seen, ...changes], text) {
  if (!seen) return [];
  const [first, last] = seen.map(text);
  const items = changes.map(([at, kind, how]) => element("li", {}, element("time", {}, text(at)), ` · ${text(kind)}`, how ? element("span", { class: "because", lang: "en" }, text(how)) : ""));
  return [element("h2", {}, say("past")), element("p", {}, say("seen", { first, last })), items.length ? element("ol", { class: "sentences past" }, items) : ""];
}
