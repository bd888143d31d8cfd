// The search page: asks the index that stands beside it, shows each text once, and takes citations straight to
// their place. Nothing is sent anywhere; what is searched for stays in the address of the page.
const form = document.querySelector("form.search");
const said = document.querySelector(".search__said");
const found = document.querySelector(".search__found");
const words = form.elements.q;
const FILTERS = ["edition", "chapter", "agency", "strength"];
const FIRST = 10;
const known = JSON.parse(form.dataset.known);
const root = new URL("../", location.href); // the publication's
const here = (path) => new URL(path, root).href;

const make = (tag, attributes = {}, ...inside) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...inside.filter((one) => one !== "" && one != null));
  return element;
};

// --- The index, loaded with the first words ---
let loading = null;
const index = () => (loading ??= (async () => {
  const pagefind = await import(here("search/index/pagefind.js"));
  await pagefind.options({
    excerptLength: 32,
    ranking: { metaWeights: { title: 0, edition: 0, number: 0, standing: 0, lineage: 0, elsewhere: 0, heading: 0.3, also: 1 } },
  });
  return pagefind;
})().catch((fault) => { loading = null; throw fault; }));

// What narrows results down, and which of them are one text, by the index's own ids.
let gathering = null;
const allFacets = () => (gathering ??= (async () => {
  const every = await Promise.all(known.editions.map(async (edition) => {
    const got = await fetch(here(`search/facets/${edition}.json`));
    if (!got.ok) throw new Error(got.statusText);
    return Object.entries(await got.json()).map(([id, one]) => [id, { ...one, edition }]);
  }));
  return new Map(every.flat());
})().catch((fault) => { gathering = null; throw fault; }));

// --- Citations ---
const escaped = (names) => names.map((one) => one.replace(/[^\w\s]/g, "\\$&").replace(/\s+/g, "\\s+")).join("|");
const CITATION = new RegExp(
  `^\\s*(?:(?:${escaped(known.names)})[\\s,(]*)?(?:(?<edition>${escaped(known.all)})(?!\\d))?[\\s,:(]*` +
  "(?:(?:chapters?|chap|ch)\\.?\\s*(?<chapter>\\d+)[\\s,]*)?" +
  "(?:(?:paragraphs?|paras?|¶+)\\.?\\s*(?<paragraph>\\d+(?:\\.\\d+)*)|(?:pages?|pp?|pg)\\.?\\s*(?<page>\\d+)" +
  "|(?:footnotes?|fn|notes?)\\.?\\s*(?<note>\\d+)|(?:annex|appendix)\\.?\\s*(?<annex>[a-z]|\\d+))?[\\s).]*$", "i");
const BARE = new RegExp(`^\\s*(?:(?<edition>${escaped(known.all)})[\\s,:]+)?(?<paragraph>\\d{1,3}(?:\\.\\d+)*)[\\s.]*$`);
const tables = new Map();
const table = (edition) => {
  if (!tables.has(edition)) {
    tables.set(edition, fetch(here(`search/places/${edition}.json`)).then((got) => (got.ok ? got.json() : {})));
  }
  return tables.get(edition);
};
const citation = async (text) => {
  const bare = BARE.exec(text)?.groups; // a number alone may be a paragraph's; it is offered, and searched for too
  const said = bare ?? CITATION.exec(text)?.groups;
  const kind = said && ["paragraph", "page", "note", "annex", "chapter"].find((one) => said[one]);
  if (!kind) return null;
  const edition = said.edition ?? known.lead;
  const places = known.citable.includes(edition) ? await table(edition) : {};
  const number = kind === "annex" ? said.annex.toUpperCase() : said[kind];
  const within = said.chapter && kind === "paragraph" && places[kind]?.[`${said.chapter}/${number}`];
  const addresses = within || places[kind]?.[number] || [];
  const name = `${edition}, ${said.chapter && kind === "paragraph" ? `chapter ${said.chapter}, ` : ""}${kind} ${number}`;
  if (bare && !addresses.length) return null;
  const official = kind === "page" && !addresses.length && known.official[edition];
  return {
    name, addresses: addresses.map((one) => here(`${edition}/${one}`)), isSure: !bare,
    official: official ? `${official}#page=${number}` : null,
  };
};

// --- Showing ---
// An excerpt has <mark> for the words found, and &lt; for what is no markup; nothing of it becomes markup here.
const excerpt = (text) => {
  const shown = make("p", { className: "hit__words" });
  for (const [at, part] of text.split(/<\/?mark>/).entries()) {
    const plain = part.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
    shown.append(at % 2 ? make("mark", {}, plain) : plain);
  }
  return shown;
};
const placeLink = ([edition, label, url]) =>
  make("a", { href: here(url) }, [edition, label].filter(Boolean).join(" "));
// Who searches for a short form finds the long one, and the other way round: the words around that are shown.
let spelling = null;
const otherForms = async (text) => {
  spelling ??= fetch(here("search/acronyms.json")).then((got) => (got.ok ? got.json() : [])).catch(() => []);
  const asked = text.trim().toLowerCase();
  return (await spelling).find((forms) => forms.some((one) => one.toLowerCase() === asked)) ?? [];
};
const around = (result, forms) => {
  if (result.excerpt.includes("<mark>") || !forms.length) return excerpt(result.excerpt);
  const content = result.raw_content ?? result.content;
  const match = new RegExp(`(?<!\\w)(?:${escaped(forms)})(?:e?s)?(?!\\w)`, "i").exec(content);
  if (!match) return excerpt(result.excerpt);
  const end = match.index + match[0].length, from = Math.max(0, content.lastIndexOf(" ", Math.max(0, match.index - 80)));
  const to = content.indexOf(" ", end + 110);
  return make("p", { className: "hit__words" }, content.slice(from, match.index), make("mark", {}, match[0]), content.slice(end, to < 0 ? undefined : to));
};
const hit = (result, forms) => {
  const { meta } = result;
  const others = JSON.parse(meta.elsewhere ?? "[]");
  const path = (meta.heading ?? "").split(" › ");
  const own = path.at(-1) ?? "";
  const isNamed = own.toLowerCase().startsWith((meta.number ?? "").toLowerCase()); // "Flow chart 4: ..." says its number itself
  const name = isNamed ? own : [meta.number, own].filter(Boolean).join(" · ");
  const link = make("a", { href: here(result.raw_url ?? result.url), className: "hit__link" }, name || meta.title);
  const where = [`${meta.edition}, ${meta.standing}`, ...path.slice(0, -1)];
  const item = make("li", { className: "hit" }, make("h3", {}, link),
    make("p", { className: "hit__where" }, where.filter(Boolean).join(" › ")), around(result, forms));
  if (others.length) {
    const list = make("p", { className: "hit__others" }, "This text in other editions: ");
    others.forEach((one, at) => list.append(at ? ", " : "", placeLink(one)));
    item.append(list);
  }
  return item;
};

class Group {
  constructor(title, results, forms) {
    Object.assign(this, { results, forms, at: 0 });
    this.list = make("ol", { className: "hits" });
    this.more = make("button", { type: "button", className: "search__more" }, "Show more");
    this.part = make("section", {}, make("h2", {}, title), this.list, this.more);
    this.more.addEventListener("click", async () => {
      const last = this.list.lastElementChild;
      await this.next();
      last.nextElementSibling?.querySelector("a").focus();
    });
  }
  async next() {
    const batch = this.results.slice(this.at, this.at + FIRST);
    this.at += batch.length;
    this.list.append(...(await Promise.all(batch.map((one) => one.data()))).map((one) => hit(one, this.forms)));
    this.more.hidden = this.at >= this.results.length;
  }
}

// --- Searching ---
let turn = 0;
const filters = () => Object.fromEntries(FILTERS.map((one) => [one, form.elements[one].value]).filter(([, value]) => value));
const remember = () => {
  const asked = new URLSearchParams();
  for (const name of ["q", ...FILTERS, "order"]) {
    const value = form.elements[name].value.trim();
    if (value) asked.set(name, value);
  }
  history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
};
const counted = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;

const go = async ({ jump = false } = {}) => {
  const mine = ++turn;
  const text = words.value.trim();
  const narrowed = filters();
  remember();
  if (!text && !Object.keys(narrowed).length) {
    said.textContent = "";
    found.replaceChildren();
    return;
  }
  const cited = await citation(text);
  if (mine !== turn) return;
  if (jump && cited?.isSure && cited.addresses.length === 1) {
    location.assign(cited.addresses[0]);
    return;
  }
  if (!known.editions.length) { // no text in this build: only places
    found.replaceChildren(...(cited ? [straight(cited)] : []));
    said.textContent = cited ? "" : "There is no text here to search; name a place, such as para 12.";
    return;
  }
  const pagefind = await index();
  const facets = await allFacets();
  const sort = form.elements.order.value ? { sort: { place: "asc" } } : {};
  const got = await pagefind.search(text || null, sort);
  if (mine !== turn) return;
  const wanted = got.results.map((one) => ({ ...one, data: one.data, facet: facets.get(one.id) ?? {} }))
    .filter(({ score, facet }) => (!text || score > 0) && Object.entries(narrowed).every(([name, value]) =>
      name === "edition" ? facet.edition === value : facet[name]?.includes(value)));
  // A text that several editions share is shown once, as the newest of them has it.
  const newest = new Map();
  for (const { facet } of wanted) {
    const rank = known.editions.indexOf(facet.edition);
    if (facet.lineage) newest.set(facet.lineage, Math.min(rank, newest.get(facet.lineage) ?? rank));
  }
  const once = wanted.filter(({ facet }) =>
    !facet.lineage || known.editions.indexOf(facet.edition) === newest.get(facet.lineage));
  const now = once.filter(({ facet }) => facet.edition === known.lead);
  const then = once.filter(({ facet }) => facet.edition !== known.lead);
  const isInForce = known.lead === known.inForce;
  const forms = await otherForms(text);
  const first = new Group(isInForce ? `In force: ${known.lead}` : `${known.lead}, the newest with its text here`, now, forms);
  const second = new Group("Only in other editions", then, forms);
  await Promise.all([first.next(), second.next()]);
  if (mine !== turn) return;
  const parts = [first, second].filter((one) => one.at).map((one) => one.part);
  if (cited) parts.unshift(straight(cited));
  found.replaceChildren(...parts);
  const counts = `${counted(now.length, "result")} in ${known.lead}` + (then.length ? `, ${then.length} only in other editions` : "");
  said.textContent = now.length + then.length ? counts : `Nothing found${cited?.addresses.length ? ", but a place of that name" : ""}.`;
};
const straight = ({ name, addresses, official }) => {
  if (official) {
    return make("section", {}, make("h2", {}, "Straight there"),
      make("p", {}, `${name}: its text is not here. `, make("a", { href: official, className: "hit__link" }, "That page of the official file")));
  }
  const list = make("ol", { className: "hits" });
  for (const address of addresses) {
    const at = address.slice(root.href.length);
    list.append(make("li", { className: "hit" }, make("a", { href: address, className: "hit__link" }, addresses.length > 1 ? `${name} (${at})` : name)));
  }
  return make("section", {}, make("h2", {}, "Straight there"), addresses.length ? list : make("p", {}, `${name}: there is no such place here.`));
};
const failed = () => { said.textContent = "The search could not be loaded. Try again, or use the contents."; };
const run = (how) => go(how).catch(failed);

let waiting;
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(run); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  run({ jump: true });
});
if (known.editions.length) words.addEventListener("focus", () => index().catch(() => {}), { once: true });

// Arrow keys lead from the field to the results and back; Enter is the link's own.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const stops = [words, ...found.querySelectorAll("a.hit__link")];
  const at = stops.indexOf(document.activeElement);
  if (!step || at < 0 || event.altKey || event.ctrlKey || event.metaKey || !stops[at + step]) return;
  event.preventDefault();
  stops[at + step].focus();
});

const asked = new URLSearchParams(location.search);
for (const name of ["q", ...FILTERS, "order"]) {
  if (asked.get(name)) form.elements[name].value = asked.get(name);
}
if (FILTERS.some((name) => asked.get(name))) form.querySelector("details").open = true;
// Coming back to the results must not lead away again: only who arrives with new words is taken straight there.
const arrived = performance.getEntriesByType("navigation")[0]?.type === "navigate";
if (asked.size) run({ jump: arrived });
// With a keyboard the arrows lead on from the field; on a phone it would open the keys over the results.
if (!asked.get("q") || matchMedia("(hover: hover)").matches) {
  words.focus({ preventScroll: true });
  words.select(); // what is typed next is a new search
}
words.addEventListener("keydown", (event) => { // no words begin with the key that leads here
  if (event.key === "/" && !words.selectionStart && words.selectionEnd === words.value.length) event.preventDefault();
});

// A key of one character must be one that the reader can switch off.
const key = make("input", { type: "checkbox" });
try { key.checked = localStorage.getItem("search-key") !== "off"; } catch { key.checked = true; }
key.addEventListener("change", () => {
  try { localStorage.setItem("search-key", key.checked ? "on" : "off"); } catch { /* not kept, then */ }
});
form.querySelector("details > div").append(make("label", { className: "search__key" }, key, " The key / leads to search"));
