// The devices, unpacked: what the table needs at once, what a device's own page needs when it is asked for.

const readBlock = (id) => JSON.parse(document.getElementById(id).textContent);

const words = readBlock("words");
const say = (name, values = {}) => fill(words.page[name], values);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const wholeNumber = new Intl.NumberFormat(words.language);
const certaintyNumber = new Intl.NumberFormat(words.language, { style: "percent", maximumFractionDigits: 1 });
const pluralRules = new Intl.PluralRules(words.language);
const counted = (number) =>
  fill(words.devices[pluralRules.select(number) === "one" ? 0 : 1], { number: wholeNumber.format(number) });

const TEXT_COLUMNS = [
  "address", "mac", "name", "what", "maker", "brand", "model", "line", "firmware", "firmware_date", "serial",
  "produced", "services", "site", "subnet", "deadline",
];
const NEEDS = Object.keys(words.needs);
const OUTCOMES = Object.keys(words.outcomes);

const devices = unpackTable(readBlock("table-data"));
const deviceById = new Map(devices.map((device) => [device.id, device]));

function unpackTable({ texts, columns, kinds, verdicts, policies }) {
  return columns.id.map((id, number) => {
    const device = { id, number };
    for (const name of TEXT_COLUMNS) device[name] = texts[columns[name][number]];
    device.kind = kinds[columns.kind[number]];
    device.verdict = verdicts[columns.verdict[number]];
    device.certainty = columns.certainty[number];
    device.behindNumber = columns.behind[number];
    device.needs = columns.needs[number];
    device.standing = columns.standing ? columns.standing[number] : -1;
    device.policies = columns.policies ? columns.policies[number].map((policy) => policies[policy]) : [];
    return device;
  });
}

// What a search looks through, in small letters; a MAC is found with and without its colons.
function haystack(device) {
  if (device.hay === undefined) {
    const fields = TEXT_COLUMNS.map((name) => device[name]);
    fields.push(device.mac.replace(/:/g, ""), device.id, words.kinds[device.kind], words.verdicts[device.verdict]);
    if (device.standing >= 0) fields.push(words.outcomes[OUTCOMES[device.standing]]);
    device.hay = fields.join("\n").toLowerCase();
  }
  return device.hay;
}

// So that the first search answers as quickly as the next: in small pieces, when the page has nothing else to do.
function prepareSearch(from = 0) {
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1));
  for (const device of devices.slice(from, from + 500)) haystack(device);
  if (from < devices.length) idle(() => prepareSearch(from + 500));
}

const pages = (() => {
  let read = null;
  return () => (read ??= readBlock("pages-data"));
})();

function digest(number) {
  if (!number) return "";
  const bytes = atob(pages().digests.slice(Math.floor(((number - 1) * 32) / 3) * 4, Math.ceil((number * 32) / 3) * 4));
  const start = (number - 1) * 32 - Math.floor(((number - 1) * 32) / 3) * 3;
  return "sha256:" + Array.from(bytes.slice(start, start + 32), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

const certaintyText = (device) =>
  device.verdict === "unknown" ? "" : certaintyNumber.format(Math.min(device.certainty, 999) / 1000);
