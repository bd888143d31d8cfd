// On the page for dead addresses: reads which edition and which place the address asked for, fills the search with it,
// and leads to what is likely meant, where the site knows that there is such a place.
"use strict";
(() => {
  const lost = document.querySelector(".lost");
  const root = new URL(lost.dataset.root, location.href);
  const editions = lost.dataset.editions.split(" ").filter(Boolean);
  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const asked = decoded(location.pathname).slice(root.pathname.length - 1);
  const parts = asked.split("/").filter(Boolean);
  const edition = parts.find((part) => editions.includes(part)) ?? (parts[0] === "latest" ? lost.dataset.current : null);
  const wanted = decoded(location.hash.slice(1)) || (parts.includes("p") ? parts[parts.indexOf("p") + 1] : "") || "";
  const KINDS = [
    ["paragraph", "para", /^(?:para(?:graph)?s?[-_. ]*)?(\d+(?:[.-]\d+)*)$/i], ["note", "fn", /^(?:fn|note|footnote)[-_. ]*(\d+)$/i],
    ["page", "p", /^page[-_. =]*(\d+)$/i], ["chapter", "chapter", /^ch(?:apter)?[-_. ]*(\d+)$/i],
  ];
  const read = (text) => {
    for (const [kind, short, form] of KINDS) {
      const number = form.exec(text)?.[1].replaceAll("-", ".");
      if (number) return { kind, number, said: `${edition ? `${edition} ` : ""}${short} ${number}` };
    }
    return null;
  };
  const place = [wanted, ...parts.filter((part) => !editions.includes(part)).reverse()].map(read).find(Boolean);
  const skip = new Set([...editions, "p", "t", "latest", "index.html", "html"]);
  const words = parts.filter((part) => !skip.has(part)).join(" ").replace(/\.html?$/, "").replace(/[-_/+.]+/g, " ").trim();
  const query = (place?.said ?? [edition, words].filter(Boolean).join(" ")).slice(0, 100);
  const field = lost.querySelector("input");
  if (field) field.value = query;

  const list = lost.querySelector("ul");
  const guess = (address, name, more = "") => {
    if ([...list.querySelectorAll("a")].some((link) => link.href === address.href)) return;
    const link = Object.assign(document.createElement("a"), { href: address.href, textContent: name });
    const item = document.createElement("li");
    item.append(link, more);
    list.append(item);
    lost.querySelector(".lost__guesses").hidden = false;
  };
  const at = (path) => new URL(path, root);
  const table = async (one) => {
    try {
      const got = await fetch(at(`search/places/${one}.json`));
      return got.ok ? await got.json() : {};
    } catch { return {}; }
  };
  (async () => {
    if (place) {
      const order = [...new Set([edition, lost.dataset.current, ...editions])].filter(Boolean).slice(0, edition ? 3 : 4);
      for (const one of order) {
        const found = (await table(one))[place.kind]?.[place.number] ?? [];
        for (const address of found.slice(0, 2)) guess(at(`${one}/${address}`), `${place.kind} ${place.number}, ${one} edition`);
      }
    }
    if (edition) guess(at(`${edition}/`), `The ${edition} edition`, place ? `: it may have no ${place.kind} ${place.number}` : "");
    if (query && field) {
      const search = at("search/");
      search.searchParams.set("q", query);
      guess(search, `Search for “${query}”`);
    }
  })();
})();
