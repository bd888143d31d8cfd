// What a script adds to every page, which is complete without it. Material says when a page is there (also after its
// instant navigation); what only one kind of page needs is loaded there. Nothing is sent anywhere.
import { follow } from "./follow.js";
import { kept, plain } from "./make.js";

const KINDS = { "": "reading.js", text: "reading.js", comparison: "compare.js", search: "search.js", quotations: "quotations.js", lost: "lost.js" };
document.documentElement.classList.add("js");
document.documentElement.classList.toggle("plain-duties", kept("duty-words") === "off"); // before anything is painted

document$.subscribe(async () => {
  const article = document.querySelector("article.md-content__inner");
  if (!article || "started" in article.dataset) return;
  article.dataset.started = "";
  follow(article);
  for (const icon of document.querySelectorAll(".md-header svg, .md-top svg")) icon.setAttribute("aria-hidden", "true"); // their buttons have names
  for (const nav of document.querySelectorAll(".md-nav[aria-labelledby]")) { // Material's label is empty where its page is a link
    const label = document.getElementById(nav.getAttribute("aria-labelledby")), link = nav.parentElement.querySelector("a");
    if (!label || label.textContent.trim() || !link) continue;
    nav.removeAttribute("aria-labelledby");
    nav.setAttribute("aria-label", link.textContent.trim());
  }
  const kind = KINDS[article.dataset.kind];
  if (kind && !document.querySelector("a.exit")) await (await import(`./${kind}`)).start(article);
  article.dataset.started = "yes"; // all that a script adds is there
});

// The key / and the header's button open the search over the page, where the browser can.
const search = async (event, words) => {
  event.preventDefault();
  let ahead = ""; // what is typed while the dialog is on its way
  const listen = (key) => {
    if (key.key.length > 1 || key.ctrlKey || key.metaKey || key.altKey) return;
    key.preventDefault();
    key.stopPropagation();
    if (ahead || key.key !== "/") ahead += key.key;
  };
  document.addEventListener("keydown", listen, true);
  const address = document.querySelector("a[data-search]").href;
  const opened = import("./search.js").then((dialog) => dialog.open(address, words));
  const field = await opened.catch(() => location.assign(address));
  document.removeEventListener("keydown", listen, true);
  if (!ahead || !field) return;
  field.value = ahead;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, select, textarea, [contenteditable], dialog");
  if (event.key === "/" && plain(event) && !writing && kept("search-key") !== "off" && document.querySelector("a[data-search]")) search(event);
  const label = event.target.closest?.(".md-nav__link[for]"); // Material gives these the focus, but no keys
  if (label && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    document.getElementById(label.htmlFor).click();
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-search]");
  if (link && plain(event)) search(event);
});
document.addEventListener("submit", (event) => { // a page's own field, such as the home page's
  const form = event.target.closest("form.find-here, form.lost__form");
  if (form) search(event, form.elements.q.value);
});

// The contents in their drawer: opened by a button, closed by Escape, which gives the focus back.
const drawer = document.getElementById("__drawer"), menu = document.querySelector(".md-header .drawer");
menu?.addEventListener("click", () => {
  drawer.click();
  if (drawer.checked) document.querySelector(".md-sidebar--primary a[href]")?.focus();
});
drawer.addEventListener("change", () => menu?.setAttribute("aria-expanded", drawer.checked));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !drawer.checked) return;
  drawer.click();
  menu.focus();
});

// Browsers leave a link that is partly cut off by a wide table's edge where it is.
document.addEventListener("focusin", (event) => {
  if (event.target.closest?.(".table") && !event.target.matches(".table")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

// On touch a note or a term opens where it is read; a second tap leads on, as its link says.
let pointer = "";
document.addEventListener("pointerdown", (event) => { pointer = event.pointerType; }, true);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.footnote-ref");
  if (!link || pointer !== "touch" || link.dataset.open) return;
  event.preventDefault();
  event.stopPropagation();
  link.dataset.open = "yes";
  link.focus();
  link.addEventListener("blur", () => delete link.dataset.open, { once: true });
}, true);

// What is printed says where it is from, when, and where its links lead.
addEventListener("beforeprint", () => {
  const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date());
  const from = document.querySelector(".printed__from");
  if (from) {
    from.dataset.known ??= from.textContent;
    from.textContent = `${from.dataset.known || location.href.split("#")[0]} · printed on ${date}`;
  }
  for (const link of document.querySelectorAll("article a[href]")) {
    const isHere = link.origin === location.origin && link.pathname === location.pathname;
    if (!isHere && /^http/.test(link.protocol)) link.dataset.printed = link.href;
  }
});
