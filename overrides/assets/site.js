// What a script adds to pages that are complete without it: light or dark, a key for the search, contents that follow,
// and the address and date on what is printed. Nothing is sent anywhere; only the choice of light or dark is kept.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.replace("no-js", "js");

  // Light and dark: the system's choice until the reader makes one.
  const buttons = document.querySelectorAll("button.theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => { for (const one of buttons) one.textContent = isDark() ? "Light" : "Dark"; };
  if (kept() === "dark" || kept() === "light") root.dataset.theme = kept();
  for (const one of buttons) {
    one.hidden = false;
    one.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* not kept, then */ }
      show();
    });
  }
  system.addEventListener("change", show);
  show();

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.editions[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
    const menu = document.getElementById("site-contents");
    if (event.target.closest("#site-contents a") && menu.matches(":popover-open")) menu.hidePopover();
  });

  // Browsers leave a link that is partly cut off by a wide table's edge where it is.
  document.addEventListener("focusin", (event) => {
    if (event.target.closest?.(".table") && !event.target.matches(".table")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  // The key / leads to the search field, unless the reader is writing or has switched it off on the search page.
  const find = document.querySelector(".find");
  const field = document.querySelector(".find input, .search input[type=search]");
  const toSearch = () => {
    if (find && !field.offsetParent) find.showPopover?.(); // on a phone it opens over the page
    field.focus();
    field.select();
  };
  document.querySelector(".ask")?.addEventListener("click", (event) => {
    if (!find.showPopover) return;
    event.preventDefault();
    toSearch();
  });
  const off = () => { try { return localStorage.getItem("search-key") === "off"; } catch { return false; } };
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || !field || writing || event.ctrlKey || event.metaKey || event.altKey || off()) return;
    event.preventDefault();
    toSearch();
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
      if (id !== current) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "location");
        const list = document.getElementById("site-contents");
        const at = link.getBoundingClientRect(), box = list.getBoundingClientRect();
        if (at.top < box.top || at.bottom > box.bottom) list.scrollTop += at.top - box.top - box.height / 3;
      }
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

  // What is printed says where it is from, when, and where its links lead.
  addEventListener("beforeprint", () => {
    const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date());
    const from = document.querySelector(".printed__from");
    if (from) {
      from.dataset.known ??= from.textContent;
      from.textContent = `${from.dataset.known || location.href.split("#")[0]} · printed on ${date}`;
    }
    for (const link of document.querySelectorAll("article a[href]")) {
      if (link.origin === location.origin && link.pathname !== location.pathname) link.dataset.printed = link.href;
    }
  });
})();
