// What a script adds to a page that is read: numbers and headings that open a menu to cite, copy and share, pictures
// that zoom, and the switch for the marks under duty words; on pages of ours headings alone. The menu is in citing.js,
// loaded when a hand comes near it. Notes and terms are Material's own tooltips. Only the switch is kept; without this
// numbers and pictures are plain links.
import { make, plain, switchOf } from "./make.js";

// --- A provision and its name ---
const tidy = (words) => words.replace(/\s+/g, " ").trim();
const shown = () => document.querySelector("article.md-content__inner");
const isOurs = () => !shown().dataset.edition;
const OWN = ".furniture, .number, .stood, .pin, .cite, sup:has(.noteref), .md-annotation";
const UNITS = ":is(.paragraph, .text, .box, .figure, .flow-chart, .table)[id]:not(h1, h2, h3, h4, h5, h6)";
const headings = () => shown().querySelectorAll(`${isOurs() ? ":scope > " : ""}:is(h1, h2, h3, h4, h5, h6)[id]:not(.furniture)`);
const isHeading = (element) => /^H[1-6]$/.test(element.tagName);
const words = (element) => {
  const copy = element.cloneNode(true);
  for (const one of copy.querySelectorAll(OWN)) one.remove();
  return copy;
};
const headingOf = (element) => {
  let last = null;
  for (const heading of headings()) {
    if (heading.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) break;
    if (heading !== element) last = heading;
  }
  return last ? tidy(words(last).textContent) : "";
};
const nameOf = (element) => {
  const number = element.querySelector(":scope > .number");
  if (number) return `paragraph ${tidy(number.textContent).replace(/\.$/, "")}`;
  if (isHeading(element)) return `“${tidy(words(element).textContent)}”`;
  const kind = element.matches(".box") ? "box" : element.matches(".text") ? "unnumbered text" : element.matches(".table") ? "table" : "figure";
  const title = element.getAttribute("aria-label")?.replace(/^Box(?:: )?/, "");
  const above = title || headingOf(element);
  return above ? `${kind} ${title ? "" : "under "}“${above}”` : kind;
};

const start = (article) => {
  const button = (className, text, name) => make("button", { type: "button", className, "aria-label": name, "aria-expanded": "false" }, text);
  const owner = ({ parentElement: around }) => (around.matches(".headed") ? around.firstElementChild : around);
  if ("popover" in article) {
    for (const link of article.querySelectorAll("a.pin")) { // a menu takes the place of each
      const around = link.parentElement;
      link.remove();
      if (around.matches("p:not([id])") && !around.textContent.trim()) around.remove();
    }
    for (const number of article.querySelectorAll(".paragraph > a.number")) {
      const label = number.textContent;
      number.replaceWith(button("number", label, `${label} Cite or copy`));
    }
    for (const unit of isOurs() ? [] : article.querySelectorAll(`${UNITS}:not(.paragraph)`)) {
      unit.prepend(button("pin", "#", `Cite or copy ${nameOf(unit)}`));
    }
    for (const heading of headings()) {
      const around = make("div", { className: "headed" });
      heading.replaceWith(around);
      around.append(heading, button("pin", "#", `Cite or copy ${nameOf(heading)}`));
    }
    const citing = (event) => event.target.closest("button.number, button.pin") && import("./citing.js");
    for (const near of ["pointerover", "focusin"]) article.addEventListener(near, citing);
    article.addEventListener("click", async (event) => {
      const one = event.target.closest("button.number, button.pin");
      if (one) (await citing(event)).toggle(one, owner(one));
    });
  }

  article.addEventListener("click", async (event) => {
    const link = event.target.closest("a.picture");
    if (!link || !plain(event) || typeof HTMLDialogElement !== "function") return;
    event.preventDefault();
    (await import("./zoom.js")).zoom(link, headingOf(link));
  });

  // --- Many tables: only the rows that have some words ---
  const rows = isOurs() ? [...article.querySelectorAll("td[data-label]:first-child")].map((cell) => cell.parentElement) : [];
  if (article.querySelectorAll(".table.wide").length > 2) {
    const field = make("input", { type: "search", placeholder: "police, or conference" });
    const count = make("span", { className: "hit__where", role: "status" });
    field.addEventListener("input", () => {
      const asked = field.value.toLowerCase().split(/\s+/);
      for (const row of rows) row.hidden = !asked.every((one) => row.textContent.toLowerCase().includes(one));
      count.textContent = field.value ? ` ${rows.filter((row) => !row.hidden).length} of ${rows.length} rows` : "";
    });
    const filter = make("p", { className: "filter furniture" }, make("label", {}, "Only rows with ", field), count);
    article.querySelector(".headed:has(> h2), h2").before(filter);
  }

  // --- Duty words: marked unless the reader has said otherwise, which site.js reads first ---
  const key = article.querySelector(".key > div");
  key?.append(switchOf("duty-words", "Mark duty words", (isOn) => document.documentElement.classList.toggle("plain-duties", !isOn)));
};

export { headingOf, isHeading, isOurs, nameOf, OWN, shown, start, tidy, UNITS, words };
