// On the page for dead addresses: reads which edition and which place the address asked for, fills the search with it,
// and leads to what is likely meant, where the site knows that there is such a place.
import { make } from "./make.js";
import { find, load, official, reader, say } from "./cite.js";

const start = async () => {
  const lost = document.querySelector(".lost");
  const root = new URL(lost.dataset.root, location.href);
  const editions = lost.dataset.editions.split(" ").filter(Boolean);
  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const asked = decoded(location.pathname).slice(root.pathname.length);
  const hash = decoded(location.hash.slice(1));
  const parts = asked.split("/").filter(Boolean);
  const edition = parts.find((part) => editions.includes(part)) ?? (parts[0] === "latest" ? lost.dataset.current : null);
  const skip = new Set(["p", "t", "latest", "index.html", "html"]);
  const SHORT = { paragraph: "para", footnote: "fn", page: "p" };

  // How the address may cite a place, likeliest first: what it ends with in its edition, or all of it in words.
  const dotted = (text) => text.replace(/\b(para-\d+)-(?=\d)/g, "$1."); // our own addresses of 5.17
  const spaced = (text) => dotted(text).replace(/\.html?$/, "").replace(/(?<=page)=/, " ").replace(/[-_/+]+/g, " ");
  const within = (text) => [edition, text].filter(Boolean).join(" ");
  const ways = () => {
    const own = parts.filter((part) => !skip.has(part)), rest = own.filter((part) => part !== edition);
    const behind = parts.includes("p") ? parts[parts.indexOf("p") + 1] : "";
    const numbered = [hash, behind].filter((one) => /^\d[\w.-]*$/.test(one)).map((one) => within(`para ${spaced(one)}`));
    const ends = [...numbered, ...[hash, behind].filter(Boolean).map((one) => within(spaced(one)))];
    const whole = [hash ? `${asked}#${hash}` : asked, asked].map(dotted);
    return [
      ...(edition ? [...ends, ...whole] : [...whole, ...ends]), spaced(own.join(" ")), spaced(own.join("/")),
      ...rest.toReversed().flatMap((part) => [within(spaced(part)), within(part)]),
    ];
  };
  const cited = (read) => {
    for (const way of ways()) {
      const found = read(way, lost.dataset.current).filter(({ steps }) => steps.length);
      if (found.length && found.every(({ isSure }) => isSure)) return found.map((one) => ({ ...one, isSaid: read(way).length > 0 }));
    }
    return [];
  };

  const list = lost.querySelector("ul");
  const guess = (address, name, more = "") => {
    if ([...list.querySelectorAll("a")].some((link) => link.href === address.href)) return;
    list.append(make("li", {}, make("a", { href: address.href }, name), more));
    lost.querySelector(".lost__guesses").hidden = false;
  };
  const at = (path) => new URL(path, root);
  const table = async (one) => {
    try {
      const got = await fetch(at(`search/places/${one}.json`));
      return got.ok ? await got.json() : {};
    } catch { return {}; }
  };
  const lead = async (grammar, { edition: said, steps, isSaid }) => {
    const order = isSaid ? [said] : [...new Set([said, ...editions])].slice(0, 4);
    let isFound = false;
    for (const one of order.filter((each) => grammar.editions[each]?.loaded)) {
      for (const address of find(await table(one), steps).slice(0, 2)) {
        guess(at(`${one}/${address}`), `${say(steps)}, ${one} edition`);
        isFound = true;
      }
    }
    if (isSaid) about(grammar, said, steps, isFound);
  };
  // An edition that is not loaded answers with its standing and its official file, never with another one's text.
  const about = (grammar, said, steps, isFound) => {
    const of = grammar?.editions[said], place = steps.length ? say(steps) : "", elsewhere = of && !of.loaded && official(of, steps);
    const title = document.querySelector("article h1");
    if (title && of && !of.loaded) title.textContent = `The text of the ${said} edition is not here`;
    if (elsewhere) {
      guess(new URL(elsewhere), `${place && `${place}, `}${said} edition: ${of.file ? "the official file" : "where it was published"}`, ` (${of.standing}; its text is not here)`);
    }
    guess(at(`${said}/`), `The ${said} edition`, of?.loaded && place && !isFound ? `: it has no ${place}` : of && !of.loaded && !elsewhere ? `, ${of.standing}` : "");
  };
  const grammar = await load(root).catch(() => null);
  if (window !== window.top) { // a frame of another site has no room for more than a line
    const of = grammar?.editions[edition], place = grammar ? cited(reader(grammar))[0] : null;
    const what = place ? say(place.steps) : "such place";
    document.body.textContent = of ? `${of.loaded ? `There is no ${what} in ${edition}` : `The text of ${edition} is not loaded on this site`} (${of.standing}).` : "There is no such place on this site.";
    return;
  }
  const named = parts[parts.indexOf("p") - 1]; // a permalink of an edition that there is not is nobody else's
  const isStrange = /^\d{4}/.test(named ?? "") && !editions.includes(named);
  const places = grammar && !isStrange ? cited(reader(grammar)) : [];
  const words = spaced(parts.filter((part) => !skip.has(part) && part !== edition).join("/")).trim();
  const query = (places.length ? places.map((one) => [one.isSaid ? one.edition : null, say(one.steps, SHORT)].filter(Boolean).join(" ")).join("; ")
    : within(words)).slice(0, 100);
  const field = lost.querySelector("input");
  if (field) field.value = query;
  for (const one of places) await lead(grammar, one);
  if (edition) about(grammar, edition, [], true);
  if (query && field) {
    const search = at("search/");
    search.searchParams.set("q", query);
    guess(search, `Search for “${query}”`);
  }
};

export { start };
