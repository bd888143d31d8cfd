// What a script adds to pages that are complete without it: light or dark, copied links. Nothing is sent anywhere;
// only the choice of light or dark is kept.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js");
  const say = (words) => {
    const place = document.querySelector(".said");
    place.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => (place.textContent = ""), 4000);
  };

  // Light and dark: the system's choice until the reader makes one.
  const button = document.querySelector("button.theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  if (kept() === "dark" || kept() === "light") root.dataset.theme = kept();
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* not kept, then */ }
      show();
    });
    system.addEventListener("change", show);
    show();
  }

  // A number is a link to itself; following it also copies its permanent address.
  const article = document.querySelector("article");
  const permanent = (anchor) => {
    const short = anchor.replace(/^para-(?=\d)/, "");
    const base = article.dataset.permalinks;
    return base ? new URL(`${base}${short}/`, location.href).href : `${location.href.split("#")[0]}#${anchor}`;
  };
  article?.addEventListener("click", (event) => {
    const number = event.target.closest("a.number");
    if (!number || !navigator.clipboard) return;
    event.preventDefault();
    navigator.clipboard.writeText(permanent(number.closest("[id]").id)).then(
      () => say(`Link to ${number.textContent.replace(/\.$/, "")} copied`), () => {});
  });

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.editions[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
    const menu = document.getElementById("site-contents");
    if (event.target.closest("#site-contents a") && menu.matches(":popover-open")) menu.hidePopover();
  });

  // The key / leads to the search field, unless the reader is writing or has switched it off on the search page.
  const field = document.querySelector(".find input, .search input[type=search]");
  const off = () => { try { return localStorage.getItem("search-key") === "off"; } catch { return false; } };
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || !field || writing || event.ctrlKey || event.metaKey || event.altKey || off()) return;
    event.preventDefault();
    field.focus();
  });

  // The contents follow: the section in view is marked.
  const entries = new Map([...document.querySelectorAll(".within a")].map((a) => [a.hash.slice(1), a]));
  const follow = () => {
    let current = null;
    for (const id of entries.keys()) {
      const heading = document.getElementById(id);
      if (heading && heading.getBoundingClientRect().top < innerHeight / 3) current = id;
    }
    for (const [id, link] of entries) {
      if (id === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  if (entries.size) {
    let waiting = false;
    addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; follow(); });
    }, { passive: true });
    follow();
  }
})();
