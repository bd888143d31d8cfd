// Edition links that follow the paragraph in view: each says where that text stands in the other edition, or that it
// is not there and what is nearest; whoever follows such a link is told so on arrival too. Nothing is kept or sent.
"use strict";
(() => {
  const article = document.querySelector("article[data-edition]");
  if (!article) return;
  const held = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
  const exact = held("counterparts");
  const nearest = held("nearest");
  const root = `${article.dataset.permalinks}../../`;

  // The provision that the screen's first line is in, or the one that the address names while that is in view.
  const marks = () => [...article.querySelectorAll("[id]")];
  const inView = () => {
    const target = article.querySelector(":target");
    const box = target?.getBoundingClientRect();
    if (box && box.bottom > 0 && box.top < innerHeight) return target;
    let last = null;
    for (const mark of marks()) {
      if (last && mark.getBoundingClientRect().top > 80) break;
      last = mark;
    }
    return last;
  };
  const standing = (edition) => {
    const all = marks();
    for (let at = all.indexOf(inView()); at >= 0; at--) {
      const anchor = all[at].id;
      if (exact[edition]?.[anchor]) return { anchor, address: exact[edition][anchor], there: true };
      const near = nearest[edition]?.[anchor];
      if (near !== undefined) return { anchor, address: near, there: false };
    }
    return null;
  };
  const named = (anchor) => {
    const found = /^(para|fn)-(\d[\w.-]*)$/.exec(anchor);
    return found ? `${found[1] === "fn" ? "note" : "paragraph"} ${found[2]}` : "this text";
  };
  const lead = (link) => {
    const edition = link.dataset.edition;
    const found = standing(edition);
    if (!found) return;
    const address = new URL(`${root}${found.address || `${edition}/`}`, location.href);
    if (!found.there) address.searchParams.set("absent", `${article.dataset.edition}/${found.anchor}`);
    link.href = address.href;
    const where = link.parentElement.querySelector(".where");
    if (!where) return;
    const here = named(found.anchor);
    if (found.there) where.textContent = named(found.address.split("#")[1] ?? "");
    else where.textContent = `${here} is not there: ${found.address ? "what it stood under" : "first page"}`;
  };
  document.querySelector("details.editions")?.addEventListener("toggle", (event) => {
    if (event.target.open) event.target.querySelectorAll("a[data-edition]").forEach(lead);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-edition]");
    if (link) lead(link);
  });

  // Whoever comes for a text that is not here is told so, where it would have stood.
  const asked = new URLSearchParams(location.search).get("absent") ?? "";
  const [, edition, anchor] = /^([0-9a-z][0-9a-z.-]*)\/([\w.-]+)$/.exec(asked) ?? [];
  if (!edition) return;
  const note = document.createElement("p");
  const back = document.createElement("a");
  const name = named(anchor);
  note.className = "status status--superseded furniture";
  note.setAttribute("role", "status");
  back.href = new URL(`${root}${edition}/p/${anchor.replace(/^para-(?=\d)/, "")}/`, location.href).href;
  back.textContent = name === "this text" ? `That text of the ${edition} edition` : `${name[0].toUpperCase()}${name.slice(1)} of the ${edition} edition`;
  note.append(back, location.hash ? " has no counterpart in this edition. Here is what it stood under." : " has no counterpart in this edition.");
  const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place && article.contains(place)) place.after(note);
  else article.prepend(note);
  history.replaceState(null, "", `${location.pathname}${location.hash}`);
})();
