// Edition links that follow the paragraph in view: each says where that text stands in the other edition, or that it
// is not there and what is nearest; Material's version selector leads to the same places. Nothing is kept or sent.
import { make } from "./make.js";

const named = (anchor) => {
  const found = /^(para|fn)-(\d[\w.-]*)$/.exec(anchor);
  return found ? `${found[1] === "fn" ? "note" : "paragraph"} ${found[2]}` : "this text";
};
let page = null; // the article that is shown, with what it knows of other editions

// The provision that the screen's first line is in, or the one that the address names while that is in view.
const marks = () => [...page.article.querySelectorAll("[id]:not(.furniture, .furniture *)")];
const inView = () => {
  const target = page.article.querySelector(":target");
  const box = target?.getBoundingClientRect();
  if (box && box.bottom > 0 && box.top < innerHeight) return target;
  let last = null;
  for (const mark of marks()) {
    if (last && mark.getBoundingClientRect().top > 120) break;
    last = mark;
  }
  return last;
};
const standing = (edition) => {
  const all = marks();
  for (let at = all.indexOf(inView()); at >= 0; at--) {
    const anchor = all[at].id;
    if (page.exact[edition]?.[anchor]) return { anchor, address: page.exact[edition][anchor], there: true };
    const near = page.nearest[edition]?.[anchor];
    if (near !== undefined) return { anchor, address: near, there: false };
  }
  return null;
};
const lead = (link, edition, where) => {
  const found = page && standing(edition);
  if (!found) return;
  const address = new URL(`${page.root}${found.address || `${edition}/`}`, location.href);
  if (!found.there) address.searchParams.set("absent", `${page.article.dataset.edition}/${found.anchor}`);
  link.href = address.href;
  if (!where) return;
  if (found.there) where.textContent = named(found.address.split("#")[1] ?? "");
  else where.textContent = `${named(found.anchor)} is not there: ${found.address ? "what it stood under" : "first page"}`;
};
// Every link to another edition, also those that Material's selector makes when the page is there.
const listed = (link) => link.closest(".md-version") && /\/([^/]+)\/$/.exec(new URL(link.dataset.first ??= link.href).pathname)?.[1];
const turn = (link) => {
  const edition = link.dataset.edition ?? listed(link);
  if (edition) lead(link, edition, link.parentElement.querySelector(".where"));
};
const within = (event) => event.target.closest?.("a[data-edition], .md-version__link");
document.addEventListener("click", (event) => {
  const link = within(event);
  if (!link || !page) return;
  turn(link);
  if (link.closest(".md-version")) event.stopImmediatePropagation(); // Material would go to the same path, or the first page
}, true);
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    if (page && event.target.closest?.(".editions, .md-version")) document.querySelectorAll(".editions a, .md-version__link").forEach(turn);
  });
}

const follow = (article) => {
  const { edition: own, counterparts, nearest, root } = article.dataset;
  page = own ? { article, root, exact: JSON.parse(counterparts ?? "{}"), nearest: JSON.parse(nearest ?? "{}") } : null;
  // Whoever comes for a text that is not here is told so, where it would have stood.
  const asked = new URLSearchParams(location.search).get("absent") ?? "";
  const [, edition, anchor] = /^([0-9a-z][0-9a-z.-]*)\/([\w.-]+)$/.exec(asked) ?? [];
  if (!edition || !own) return;
  const name = named(anchor), href = new URL(`${root}${edition}/p/${anchor.replace(/^para-(?=\d)/, "")}/`, location.href).href;
  const text = name === "this text" ? "That text" : name[0].toUpperCase() + name.slice(1);
  const note = make("p", { className: "absent furniture", role: "status" }, make("a", { href }, `${text} of the ${edition} edition`),
    ` has no counterpart in this edition.${location.hash ? " Here is what it stood under." : ""}`);
  const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place && article.contains(place)) place.after(note);
  else article.prepend(note);
  history.replaceState(history.state, "", `${location.pathname}${location.hash}`);
};

export { follow };
