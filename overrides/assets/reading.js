// What a script adds to a page that is read: numbers and headings that open a menu to cite, copy and share, printing of
// one section, pictures that zoom, and the switch for the marks under duty words; on pages of ours headings alone.
// Notes and terms are Material's own tooltips.
// Nothing is sent anywhere; only that switch is kept. Without it numbers and pictures are plain links.
const start = (article) => {
  const facts = article.dataset, isOurs = !facts.edition;
  const make = (tag, attributes = {}, ...inside) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...inside);
    return element;
  };
  const tidy = (words) => words.replace(/\s+/g, " ").trim();
  const plainClick = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  document.querySelector(".md-dialog").setAttribute("role", "status");
  const say = (words) => alert$.next(words);
  // Where something that floats stands: below its owner, within the page's width.
  const place = (floating, owner) => {
    const at = owner.getBoundingClientRect(), width = floating.offsetWidth, height = floating.offsetHeight;
    const wide = document.documentElement.clientWidth;
    const below = at.bottom + height + 8 < innerHeight || at.top < height + 8;
    floating.style.left = `${Math.max(8, Math.min(at.left, wide - width - 8)) + scrollX}px`;
    floating.style.top = `${(below ? at.bottom + 4 : at.top - height - 4) + scrollY}px`;
  };

  // --- A provision: its name, its text, its address ---
  const OURS = ".furniture, .number, .stood, .pin, .cite, sup:has(.noteref), .md-annotation";
  const UNITS = ":is(.paragraph, .text, .box, .figure, .flow-chart, .table)[id]:not(h1, h2, h3, h4, h5, h6)";
  const HEADINGS = `${isOurs ? ":scope > " : ""}:is(h1, h2, h3, h4, h5, h6)[id]:not(.furniture)`;
  const isHeading = (element) => /^H[1-6]$/.test(element.tagName);
  const isEnd = (element) => element.matches(`${UNITS}, .headed, .notes, .below, h1, h2, h3, h4, h5, h6`);
  const parts = function* (element) {
    yield element;
    if (!element.matches(".paragraph, .text, .flow-chart")) return;
    const from = element.closest(".headed") ?? element; // a flow chart's title has its picture below it
    for (let next = from.nextElementSibling; next && !isEnd(next); next = next.nextElementSibling) yield next;
  };
  const words = (element) => {
    const copy = element.cloneNode(true);
    for (const one of copy.querySelectorAll(OURS)) one.remove();
    return copy;
  };
  // Its text as a list of paragraphs and entries of lists: [isEntry, words].
  const lines = function* (element) {
    for (const part of parts(element)) {
      const copy = words(part);
      const blocks = copy.matches("p, h1, h2, h3, h4, h5, h6") ? [copy] : copy.querySelectorAll("p, li, th, td, figcaption, caption");
      for (const block of blocks) {
        if (block !== copy && block.parentElement.closest("p, th, td")) continue;
        if (block.matches("p") && block.closest("li")) continue; // its entry says it
        const own = block.cloneNode(true);
        for (const inner of own.querySelectorAll("ul, ol")) inner.remove();
        for (const inner of own.querySelectorAll("p")) inner.append(" ");
        const text = tidy(own.textContent);
        if (text) yield [block.matches("li"), text];
      }
    }
  };
  const headingOf = (element) => {
    let last = null;
    for (const heading of article.querySelectorAll(HEADINGS)) {
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
  // A heading's address is where its words are: its page, at its place.
  const addressOf = (element) => {
    if (isHeading(element)) return `${location.href.split("#")[0]}#${element.id}`;
    return permalinkOf(element);
  };
  const permalinkOf = (element) => {
    const short = element.id.replace(/^para-(?=\d)/, "");
    return new URL(`${facts.permalinks}${short}/`, location.href).href;
  };
  const officialPage = (page) => {
    const official = article.querySelector(".source a[href]")?.href.split("#")[0];
    return official && page ? `${official}#page=${page}` : null;
  };

  // --- Citations and quotations ---
  const title = isOurs ? document.title : facts.title.includes(facts.edition) ? facts.title : `${facts.title} ${facts.edition}`;
  const html = (text) => make("i", { textContent: text }).innerHTML.replaceAll('"', "&quot;");
  const markdown = (text) => text.replace(/[\\`*_[\]<>#|~]/g, "\\$&");
  const cited = ({ name }) => `${title}, ${name}`;
  // What is over stays so; what is in force may not be when somebody reads a copy.
  const standing = /^superseded/.test(facts.status) ? facts.status : `${facts.status} when this was copied`;
  const plain = (one) => {
    const text = [...lines(one.element)].map(([isEntry, words]) => `${isEntry ? "• " : ""}${words}`).join("\n");
    return `${cited(one)} (${standing}):\n“${text}”\n${one.address}`;
  };
  const rich = ({ element, ...one }) => {
    let inner = "", isList = false;
    for (const [isEntry, text] of lines(element)) {
      if (isEntry !== isList) inner += isEntry ? "<ul>" : "</ul>";
      inner += isEntry ? `<li>${html(text)}</li>` : `<p>${html(text)}</p>`;
      isList = isEntry;
    }
    if (isList) inner += "</ul>";
    const cite = html(one.address), mark = html(`${facts.edition}/${element.id}`);
    return `<blockquote class="guidance-quote" cite="${cite}" data-guidance="${mark}">` +
      `<p><cite><a href="${cite}">${html(cited(one))}</a>: ${html(standing)}</cite></p> ${inner}</blockquote>`;
  };
  const FORMS = {
    "quotation": plain,
    "quotation for Word or e-mail": (one) => ({ "text/plain": plain(one), "text/html": rich(one) }),
    "link": ({ address }) => address,
    "citation": ({ name, page, address }) =>
      `${title} (${facts.publisher}; ${facts.status}), ${name}${page ? `, page ${page} of the official PDF` : ""}. ${address}`,
    "Harvard reference": ({ name, page, address }) => {
      const today = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date());
      const year = facts.published.match(/\d{4}/)?.[0] ?? "n.d.";
      return `${facts.author || "[Author not known]"} (${year}) ${title}, ${name}${page ? `, p. ${page}` : ""}. Available at: ${address} (Accessed: ${today}).`;
    },
    "quotation as Markdown": ({ element, name, address }) => {
      const quoted = [...lines(element)].map(([isEntry, text]) => `> ${isEntry ? "- " : ""}${markdown(text)}`);
      const spaced = quoted.flatMap((line, at) => (at && !(line.startsWith("> - ") && quoted[at - 1].startsWith("> - ")) ? [">", line] : [line]));
      return [`> [${markdown(`${title}, ${name}`)}](${address}): ${standing}`, ">", ...spaced].join("\n");
    },
    "quotation as HTML": rich,
  };
  const copy = async (text) => {
    try {
      if (typeof text === "string") return await navigator.clipboard.writeText(text);
      const made = Object.entries(text).map(([type, words]) => [type, new Blob([words], { type })]);
      return await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(made))]);
    } catch { // an old browser, or a page without https
      const all = typeof text === "string" ? { "text/plain": text } : text;
      const put = (event) => {
        event.preventDefault();
        for (const [type, words] of Object.entries(all)) event.clipboardData.setData(type, words);
      };
      document.addEventListener("copy", put);
      const done = document.execCommand("copy");
      document.removeEventListener("copy", put);
      if (!done) throw new Error("not copied");
    }
  };

  // --- The menu of a number ---
  const menu = make("div", { className: "cite", popover: "auto" });
  menu.setAttribute("role", "group");
  let opener = null;
  const entry = (what, act) => make("li", {}, make("button", { type: "button", onclick: act }, what));
  const show = (button, element) => {
    const name = nameOf(element), address = addressOf(element);
    const page = element.dataset.page ?? element.closest("[data-page]")?.dataset.page;
    const official = officialPage(page);
    const entries = Object.entries(isOurs ? { link: FORMS.link, citation: () => `${title}, ${name}. ${address}` } : FORMS).map(([form, print]) => entry(`Copy ${form}`, async () => {
      menu.hidePopover();
      button.focus();
      try {
        await copy(print({ element, name, page, address }));
        say(`Copied: ${form}, ${name}`);
      } catch { say("Your browser does not let this page copy"); }
    }));
    if (navigator.share) entries.unshift(entry("Share", () => { menu.hidePopover(); navigator.share({ title: `${title}, ${name}`, url: address }).catch(() => {}); }));
    if (!isOurs) entries.push(make("li", {}, make("a", { href: permalinkOf(element) }, "Its own page")));
    if (official) entries.push(make("li", {}, make("a", { href: official }, `Page ${page} of the official PDF`)));
    if (element.tagName === "H1") entries.push(entry("Print this page", () => { menu.hidePopover(); print(); }));
    else if (isHeading(element)) entries.push(entry("Print this section", () => { menu.hidePopover(); printOnly(element); }));
    menu.replaceChildren(make("p", { className: "cite__name" }, name[0].toUpperCase() + name.slice(1)), make("ul", {}, ...entries));
    menu.setAttribute("aria-label", `Cite or copy ${name}`);
    button.after(menu);
    opener = button;
    menu.showPopover();
    place(menu, button);
    menu.querySelector("button").focus();
  };
  menu.addEventListener("toggle", (event) => opener?.setAttribute("aria-expanded", event.newState === "open"));
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [...menu.querySelectorAll("button, a")];
    if (step) {
      event.preventDefault();
      stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
    }
  });
  const hasMenus = typeof menu.showPopover === "function";
  const pinned = new WeakMap();
  const button = (element, className, text, name) => {
    const one = make("button", { type: "button", className, textContent: text });
    one.setAttribute("aria-label", name);
    one.setAttribute("aria-expanded", "false");
    pinned.set(one, element);
    return one;
  };
  if (hasMenus) {
    for (const link of article.querySelectorAll("a.pin")) { // a menu takes the place of each
      const around = link.parentElement;
      link.remove();
      if (around.matches("p:not([id])") && !around.textContent.trim()) around.remove();
    }
    for (const number of article.querySelectorAll(".paragraph > a.number")) {
      const label = number.textContent;
      number.replaceWith(button(number.parentElement, "number", label, `${label} Cite or copy`));
    }
    for (const unit of isOurs ? [] : article.querySelectorAll(`${UNITS}:not(.paragraph)`)) {
      unit.prepend(button(unit, "pin", "#", `Cite or copy ${nameOf(unit)}`));
    }
    for (const heading of article.querySelectorAll(HEADINGS)) {
      const around = make("div", { className: "headed" });
      heading.replaceWith(around);
      around.append(heading, button(heading, "pin", "#", `Cite or copy ${nameOf(heading)}`));
    }
    article.addEventListener("click", (event) => {
      const one = event.target.closest("button.number, button.pin");
      if (!one) return;
      const isOpen = opener === one && menu.matches(":popover-open");
      if (isOpen) menu.hidePopover();
      else show(one, pinned.get(one));
    });
  }

  // --- Printing one section ---
  const printOnly = (heading) => {
    const level = (element) => Number((element.matches(".headed") ? element.firstElementChild : element).tagName.match(/^H(\d)$/)?.[1] ?? 9);
    const start = heading.parentElement, kept = new Set([start]);
    for (let next = start.nextElementSibling; next && level(next) > level(heading); next = next.nextElementSibling) {
      if (next.matches(".notes, .below")) break;
      kept.add(next);
    }
    const cited = new Set([...kept].flatMap((one) => [...one.querySelectorAll(".noteref")].map((a) => a.hash.slice(1))));
    const others = [...article.children].filter((one) => !kept.has(one) && !one.matches(".notes") && !(one.matches(".headed") && one.querySelector("h1")));
    others.push(...[...article.querySelectorAll(".notes li")].filter((one) => !cited.has(one.id)));
    if (!cited.size) others.push(...article.querySelectorAll(".notes"));
    for (const one of others) one.classList.add("unprinted");
    addEventListener("afterprint", () => { for (const one of others) one.classList.remove("unprinted"); }, { once: true });
    print();
  };

  article.addEventListener("click", async (event) => {
    const link = event.target.closest("a.picture");
    if (!link || !plainClick(event) || typeof HTMLDialogElement !== "function") return;
    event.preventDefault();
    (await import("./zoom.js")).zoom(link, headingOf(link));
  });

  // --- Many tables: only the rows that have some words ---
  const rows = isOurs ? [...article.querySelectorAll("td[data-label]:first-child")].map((cell) => cell.parentElement) : [];
  if (article.querySelectorAll(".table.wide").length > 2) {
    const field = make("input", { type: "search", placeholder: "police, or conference" }), count = make("span", { className: "hit__where" });
    count.setAttribute("role", "status");
    field.addEventListener("input", () => {
      const asked = field.value.toLowerCase().split(/\s+/);
      for (const row of rows) row.hidden = !asked.every((one) => row.textContent.toLowerCase().includes(one));
      count.textContent = field.value ? ` ${rows.filter((row) => !row.hidden).length} of ${rows.length} rows` : "";
    });
    article.querySelector(".headed:has(> h2), h2").before(make("p", { className: "filter furniture" }, make("label", {}, "Only rows with ", field), count));
  }

  // --- Duty words: marked unless the reader has said otherwise ---
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("duty-words"); } catch { return null; } };
  const mark = (on) => root.classList.toggle("plain-duties", !on);
  mark(kept() !== "off");
  const key = article.querySelector(".key > div");
  if (key) {
    const box = make("input", { type: "checkbox", checked: kept() !== "off" });
    box.addEventListener("change", () => {
      mark(box.checked);
      try { localStorage.setItem("duty-words", box.checked ? "on" : "off"); } catch { /* not kept, then */ }
    });
    key.append(make("label", {}, box, " Mark duty words"));
  }
};

export { start };
