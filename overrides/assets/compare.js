// Filters for comparison pages. Everything is there without this: it only hides what is not asked for, and puts the
// choice into the address, so that it can be passed on.
import { make } from "./make.js";

const start = () => {
  const LABELS = { level: "Level", chapter: "Chapter", who: "Agency", term: "Term replaced" };
  const SEVERAL = ["who", "term"]; // a change may have more than one
  const items = [...document.querySelectorAll("[data-filter] [data-level]")];
  const areas = [...document.querySelectorAll("[data-filter]")];
  if (items.length < 3) return;
  const names = new Map([...document.querySelectorAll("details:is([data-agency], [data-term])")].map((place) =>
    [place.dataset.agency ?? place.dataset.term, place.querySelector("summary").firstChild.textContent.trim()]));
  const said = (item, key) =>
    (SEVERAL.includes(key) ? (item.dataset[key] ?? "").split(" ").filter(Boolean) : [item.dataset[key]]);
  const called = (value, key) => (SEVERAL.includes(key) ? names.get(value) ?? value.replaceAll("-", " ") : value);

  const form = make("form", { className: "filter", "aria-label": "Show only some changes" });
  const asked = new URLSearchParams(location.search);
  for (const [key, label] of Object.entries(LABELS)) {
    const values = [...new Set(items.flatMap((item) => said(item, key)))];
    if (values.length < 2 && items.every((item) => said(item, key).length)) continue; // nothing to tell apart
    if (!values.length) continue;
    const select = make("select", { name: key }, ["", ...values].map((value) => new Option(value ? called(value, key) : "all", value)));
    if (values.includes(asked.get(key))) select.value = asked.get(key);
    form.append(make("label", {}, label, select));
  }
  if (!form.elements.length) return;
  const status = make("p", { role: "status" });
  form.append(status);

  // The rows shown, for a spreadsheet: made here, of what is on the page; no cell can be taken for a formula.
  const rows = items.filter((item) => item.matches("tr"));
  const cell = (text) => `"${text.replace(/\s+/g, " ").trim().replace(/^(?=[=+@-])/, "'").replaceAll('"', '""')}"`;
  const told = (row) => [...row.cells].map((one) => one.cloneNode(true)).map((copy) => {
    copy.querySelectorAll(".whole, .pin").forEach((link) => link.remove());
    return copy.textContent;
  }).concat(`${location.href.split(/[?#]/)[0]}#${row.id}`);
  const save = make("button", { type: "button" }, "Save the rows shown as CSV");
  save.addEventListener("click", () => {
    const heads = [...rows[0].closest("table").tHead.rows[0].cells].map((one) => one.textContent);
    const lines = [[...heads, "Address"], ...rows.filter((row) => !row.hidden).map(told)].map((line) => `${line.map(cell).join(",")}\r\n`);
    const href = URL.createObjectURL(new Blob(["\ufeff", ...lines], { type: "text/csv" })); // the mark tells spreadsheets: UTF-8
    make("a", { href, download: "changes-shown.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60000);
  });
  if (rows.length) form.append(save);

  const apply = () => {
    const wanted = [...form.elements].filter((select) => select.value);
    for (const item of items) item.hidden = !wanted.every((select) => said(item, select.name).includes(select.value));
    for (const area of areas) {
      area.hidden = [...area.querySelectorAll("[data-level]")].every((item) => item.hidden) && wanted.length > 0;
      const folded = area.querySelector("details.less");
      if (folded && wanted.length && !area.hidden) folded.open = true;
    }
    const shown = items.filter((item) => !item.hidden).length;
    const chosen = wanted.map((select) => select.selectedOptions[0].textContent).join(", ");
    status.textContent = wanted.length ? `${shown} of ${items.length} changes shown: ${chosen}` : "";
    const kept = new URLSearchParams(wanted.map((select) => [select.name, select.value])).toString();
    history.replaceState(history.state, "", `${location.pathname}${kept ? `?${kept}` : ""}${location.hash}`);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", apply);
  const first = document.getElementById(document.querySelector(".changes[data-filter]") ? "duty-changed" : "")
    ?? areas[0].previousElementSibling ?? areas[0];
  first.before(form);
  if ([...form.elements].some((select) => select.value)) apply();

  // A row that the address names may be folded away.
  const unfold = () => {
    const folded = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details");
    if (folded) folded.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
};

export { start };
