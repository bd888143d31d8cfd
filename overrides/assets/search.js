// The search: in a dialog over every page, and on a page of its own. Asks the index that stands beside that page,
// shows each text once, and takes citations straight to their place. Nothing is sent anywhere; what is searched for
// stays in the address of the search page.

const FILTERS = ["edition", "chapter", "agency", "strength"];
const FIRST = 7;
let form, said, found, words, known, root, isPage; // where the search stands at the moment
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
  const every = await Promise.all([...known.editions, known.pages].filter(Boolean).map(async (edition) => {
    const got = await fetch(here(`search/facets/${edition}.json`));
    if (!got.ok) throw new Error(got.statusText);
    return Object.entries(await got.json()).map(([id, one]) => [id, { ...one, edition }]);
  }));
  return new Map(every.flat());
})().catch((fault) => { gathering = null; throw fault; }));

// --- Citations ---
let learning = null; // the grammar, with the first words that have a number: no place is told without one
const grammar = () => (learning ??= import("./cite.js").then(async (cite) => {
  const got = await cite.load(root);
  return got && { ...cite, ...got, read: cite.reader(got) };
}).catch(() => { learning = null; }));
const tables = new Map();
const table = (edition) => {
  if (!tables.has(edition)) {
    tables.set(edition, fetch(here(`search/places/${edition}.json`)).then((got) => (got.ok ? got.json() : {})));
  }
  return tables.get(edition);
};
// Each place cited, with its addresses. What is not sure, such as a number alone, is offered, and searched for too.
const citations = async (text) => {
  const cites = /\d/.test(text) && !/^".*"$/.test(text) && await grammar(); // what is in quotation marks is words
  return Promise.all((cites ? cites.read(text, known.lead) : []).map(async ({ edition, steps, isSure }) => {
    const of = cites.editions[edition], name = [edition, cites.say(steps)].filter(Boolean).join(", ");
    if (!steps.length) return { name: `the edition of ${edition}, ${of.standing}`, addresses: [here(`${edition}/`)], isSure: false };
    const addresses = of.loaded ? cites.find(await table(edition), steps).map((one) => here(`${edition}/${one}`)) : [];
    return { name, addresses, isSure, of, isMissing: of.loaded && !addresses.length, official: cites.official(of, steps) };
  })).then((all) => all.filter(({ isSure, addresses }) => isSure || addresses.length));
};

// --- Showing ---
const tidy = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&").replace(/\s+/g, " ").trim();
// An excerpt has <mark> for the words found, and &lt; for what is no markup; nothing of it becomes markup here.
const excerpt = (text, whole = "") => {
  const shown = make("p", { className: "hit__words" });
  const bare = tidy(text.replace(/<\/?mark>/g, ""));
  if (whole && !tidy(whole).startsWith(bare.slice(0, 40))) shown.append("… ");
  for (const [at, part] of text.replace(/<\/mark>(\s+)<mark>/g, "$1").split(/<\/?mark>/).entries()) {
    const plain = part.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
    shown.append(at % 2 ? make("mark", {}, plain) : plain);
  }
  if (whole && !tidy(whole).endsWith(bare.slice(-40))) shown.append(" …");
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
const escaped = (names) => names.map((one) => one.replace(/[^\w\s]/g, "\\$&").replace(/\s+/g, "\\s+")).join("|");
const around = (result, forms) => {
  const content = result.raw_content ?? result.content;
  if (result.excerpt.includes("<mark>") || !forms.length) return excerpt(result.excerpt, content);
  const match = new RegExp(`(?<!\\w)(?:${escaped(forms)})(?:e?s)?(?!\\w)`, "i").exec(content);
  if (!match) return excerpt(result.excerpt, content);
  const end = match.index + match[0].length, from = Math.max(0, content.lastIndexOf(" ", Math.max(0, match.index - 80)));
  const to = content.indexOf(" ", end + 110);
  return make("p", { className: "hit__words" }, `${from ? "… " : ""}${content.slice(from, match.index)}`, make("mark", {}, match[0]), `${content.slice(end, to < 0 ? undefined : to)}${to < 0 ? "" : " …"}`);
};
const hit = (result, forms) => {
  const { meta } = result;
  const others = JSON.parse(meta.elsewhere ?? "[]");
  const path = (meta.heading ?? "").split(" › ");
  const own = path.at(-1) ?? "";
  const isNamed = own.toLowerCase().startsWith((meta.number ?? "").toLowerCase()); // "Flow chart 4: ..." says its number itself
  const name = isNamed ? own : [meta.number, own].filter(Boolean).join(" · ");
  const link = make("a", { href: here(result.raw_url ?? result.url), className: "hit__link" }, name || meta.title);
  const from = meta.edition === known.pages ? "Our own words" : `${meta.edition}, ${meta.standing}`;
  const where = [from, ...path.slice(0, -1)];
  const item = make("li", { className: "hit" }, make("h3", {}, link),
    make("p", { className: "hit__where" }, where.filter(Boolean).join(" › ")));
  if ((result.raw_content ?? result.content).trim() !== own) item.append(around(result, forms)); // a bare heading says it once
  if (others.length) {
    const list = make("p", { className: "hit__others" }, "This text in other editions: ");
    others.forEach((one, at) => list.append(at ? ", " : "", placeLink(one)));
    item.append(list);
  }
  return item;
};

class Group {
  constructor(title, results, forms, step = FIRST) {
    Object.assign(this, { results, forms, step, at: 0 });
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
    const batch = this.results.slice(this.at, this.at + this.step);
    this.at += batch.length;
    this.list.append(...(await Promise.all(batch.map((one) => one.data()))).map((one) => hit(one, this.forms)));
    this.more.hidden = this.at >= this.results.length;
  }
}

// --- Asking and putting in order ---
// A heading, box or chart on what is asked comes first, then texts that have the words side by side, then those that
// have them anywhere; a note comes behind the text it stands below.
const ASIDE = /^(?:an?|the|who|whom|what|when|where|which|why|how|many|much|long|do|does|did|is|are|was|were|can|must|should|may|i|we|my|our|it|to|of|for|in|on|at|by|if|and|or)\??$/i;
const WEIGHT = { topic: 3, title: 1.5, phrase: 2, must: 1.25, should: 1.15, footnote: 0.3 };
const FEW = 3; // texts with all the words, below which those with most of them are shown
const LESS = 0.1; // so that they come behind
const stems = (text) => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  .map((word) => (/\d/.test(word) ? `${word} ` : word.slice(0, Math.max(3, word.length - 2))));
const isAbout = (title, asked) => {
  const own = ` ${title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ")} `;
  return asked.some((words) => words.length && words.every((word) => own.includes(` ${word}`)));
};
const weigh = ({ score, phrase, facet }, asked, text) => {
  const strong = facet.strength?.find((one) => WEIGHT[one]);
  return score * (phrase ? WEIGHT.phrase : 1) * (strong ? WEIGHT[strong] : 1) * (WEIGHT[facet.kind?.[0]] ?? 1) *
    (facet.topic?.some((one) => isAbout(one, asked)) ? WEIGHT.topic : 1) *
    (facet.topic?.length === 1 && facet.topic[0].toLowerCase() === text.trim().toLowerCase() ? WEIGHT.title : 1);
};
// A text has the other forms of a name beside it in the index; what is in quotation marks is meant as it stands.
const ask = async (text, forms, facets) => {
  const pagefind = await index();
  const quoted = (one) => (/\s/.test(one) && !one.includes('"') ? `"${one}"` : one);
  const bare = text.split(/\s+/).filter((word) => !ASIDE.test(word)).join(" ");
  const loose = text ? [...new Set([text, bare])].filter(Boolean) : [null];
  const answers = await Promise.all([...loose, quoted(text)].map((one) => pagefind.search(one || null)));
  const found = new Map();
  answers.forEach(({ results }, at) => {
    for (const one of results) {
      if (text && !(one.score > 0)) continue;
      const known = found.get(one.id), phrase = at >= loose.length;
      if (!known || phrase) {
        found.set(one.id, { id: one.id, data: one.data, score: Math.max(one.score, known?.score ?? 0), phrase, facet: facets.get(one.id) ?? {} });
      }
    }
  });
  const isPart = bare.split(" ").length > 2 && found.size < FEW;
  if (isPart) await addParts(pagefind, bare.split(" "), found, facets);
  const asked = [bare || text, ...forms].map(stems);
  const place = ({ facet }) => Number(facet.place?.[0] ?? 0);
  const byPlace = !text || form.elements.order.value;
  const weights = new Map([...found.values()].map((one) => [one, weigh(one, asked, text)]));
  const all = [...weights.keys()].sort((a, b) => (byPlace ? 0 : weights.get(b) - weights.get(a)) || place(a) - place(b));
  return { all, isPart: all.some((one) => one.isPart) };
};
// Where hardly any text has all the words of a question, those that have two of three of them are shown too.
const addParts = async (pagefind, each, found, facets) => {
  const parts = new Map();
  for (const { results } of await Promise.all(each.map((word) => pagefind.search(`"${word}"`)))) {
    for (const one of results) {
      const part = parts.get(one.id) ?? { id: one.id, data: one.data, score: 0, count: 0, isPart: true, facet: facets.get(one.id) ?? {} };
      parts.set(one.id, Object.assign(part, { score: part.score + one.score, count: part.count + 1 }));
    }
  }
  for (const part of parts.values()) {
    const share = part.count / each.length;
    if (share >= 2 / 3 && !found.has(part.id)) found.set(part.id, Object.assign(part, { score: part.score * share ** 2 * LESS }));
  }
};

// --- Searching ---
let turn = 0;
const filters = () => Object.fromEntries(FILTERS.map((one) => [one, form.elements[one].value]).filter(([, value]) => value));
const remember = () => {
  if (!isPage) return;
  const asked = new URLSearchParams();
  for (const name of ["q", ...FILTERS, "order"]) {
    const value = form.elements[name].value.trim();
    if (value) asked.set(name, value);
  }
  history.replaceState(history.state, "", asked.size ? `?${asked}` : location.pathname);
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
  // What will be asked for is asked for at once: one after the other, each would wait for the last.
  if (known.editions.length || known.pages) for (const one of [index(), allFacets(), otherForms(text)]) one.catch(() => {});
  const cited = await citations(text);
  if (mine !== turn) return;
  if (jump && cited.length === 1 && cited[0].isSure && cited[0].addresses.length === 1) {
    location.assign(cited[0].addresses[0]);
    return;
  }
  if (!known.editions.length && !known.pages) { // nothing to search in this build: only places
    found.replaceChildren(...straight(cited));
    said.textContent = cited.length ? "" : "There is no text here to search; name a place, such as para 12.";
    return;
  }
  const facets = await allFacets();
  const forms = await otherForms(text);
  const got = await ask(text, forms, facets);
  if (mine !== turn) return;
  const wanted = got.all.filter(({ facet }) => Object.entries(narrowed).every(([name, value]) =>
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
  const ours = once.filter(({ facet }) => facet.edition === known.pages);
  const then = once.filter(({ facet }) => facet.edition !== known.lead && !ours.some((one) => one.facet === facet));
  const isInForce = known.lead === known.inForce;
  const first = new Group(isInForce ? `In force: ${known.lead}` : `${known.lead}, the newest with its text here`, now, forms);
  const own = new Group("On our own pages", ours, forms, FEW);
  own.part.id = "own-pages";
  const second = new Group("Only in other editions", then, forms);
  await Promise.all([first.next(), own.next(), second.next()]);
  if (mine !== turn) return;
  const parts = [first, own, second].filter((one) => one.at).map((one) => one.part);
  found.replaceChildren(...straight(cited), ...parts);
  const counts = (known.editions.length ? `${counted(now.length, "result")} in ${known.lead}` : "Found") + (then.length ? `, ${then.length} only in other editions` : "");
  const some = got.isPart ? ", most with only some of these words" : "";
  said.textContent = now.length + then.length + ours.length ? counts + some : `Nothing found${cited.some(({ addresses }) => addresses.length) ? ", but a place of that name" : ""}.`;
  if (ours.length) said.append(known.editions.length ? ", " : " ", make("a", { href: "#own-pages" }, `${ours.length} on our own pages`));
};
// Nothing where nothing is cited. An edition that is not loaded is answered with its standing and its official file.
const straight = (cited) => {
  if (!cited.length) return [];
  const list = make("ol", { className: "hits" }), others = [];
  for (const { name, addresses, of, isMissing, official: elsewhere } of cited) {
    for (const address of addresses) {
      const at = address.slice(root.href.length);
      list.append(make("li", { className: "hit" }, make("a", { href: address, className: "hit__link" }, addresses.length > 1 ? `${name} (${at})` : name)));
    }
    if (isMissing) others.push(make("p", {}, `${name}: there is no such place here.`));
    else if (!addresses.length) {
      const where = elsewhere?.includes("#page=") ? "That page of the official file" : of.file ? "The official file" : "Where it was published";
      others.push(make("p", {}, `${name}: ${of.standing}; its text is not here. `, elsewhere && make("a", { href: elsewhere, className: "hit__link" }, where)));
    }
  }
  return [make("section", {}, make("h2", {}, "Straight there"), list.childElementCount ? list : "", ...others)];
};
const failed = () => { said.textContent = "The search could not be loaded. Try again, or use the contents."; };
const run = (how) => go(how).catch(failed);

// --- Where it stands ---
// The search takes the form, the line that says what was found and the list, from the page or from a dialog's content.
const mount = (place, at, { onPage }) => {
  form = place.querySelector("form.search");
  said = place.querySelector(".search__said");
  found = place.querySelector(".search__found");
  [words, known, root, isPage] = [form.elements.q, JSON.parse(form.dataset.known), new URL("../", at), onPage];
  const isLoaded = known.editions.length > 0 || known.pages;
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(run, 150); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    run({ jump: true });
  });
  if (isLoaded) words.addEventListener("focus", () => index().catch(() => {}), { once: true });
  place.addEventListener("click", (event) => { // a part of what was found; the address stays that of the search
    const part = event.target.closest(".search__said a[href^='#']");
    if (!part) return;
    event.preventDefault();
    place.querySelector(part.getAttribute("href"))?.scrollIntoView();
  });
  // Arrow keys lead from the field to the results and back; Enter is the link's own.
  place.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [words, ...found.querySelectorAll("a.hit__link")];
    const now = stops.indexOf(document.activeElement);
    if (!step || now < 0 || event.altKey || event.ctrlKey || event.metaKey || !stops[now + step]) return;
    event.preventDefault();
    stops[now + step].focus();
  });
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
};

const start = (article) => {
  mount(article, location.href, { onPage: true });
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
};

let dialog = null;
// The search over the page that is shown; `address` is the search page's, which has the form and what it knows.
const open = async (address, text = "") => {
  if (document.querySelector("article[data-kind=search]") && !dialog?.open) {
    words.focus();
    words.select();
    return;
  }
  try {
    if (!dialog) {
      const got = await fetch(address);
      if (!got.ok) throw new Error(got.statusText);
      const page = new DOMParser().parseFromString(await got.text(), "text/html");
      const parts = ["form.search", ".search__said", ".search__found"].map((one) => page.querySelector(one));
      const shut = make("button", { type: "button", className: "shut", onclick: () => dialog.close() }, "Close");
      dialog = make("dialog", { className: "search-dialog md-typeset" }, shut, ...parts);
      dialog.setAttribute("aria-label", "Search");
      dialog.addEventListener("click", (event) => {
        if (event.target.closest("a[href^='#']")) return; // a part of what was found
        if (event.target === dialog || event.target.closest("a")) dialog.close();
      });
      document.body.append(dialog);
      mount(dialog, address, { onPage: false });
    }
  } catch {
    location.assign(text ? `${address}?q=${encodeURIComponent(text)}` : address);
    return;
  }
  if (!dialog.open) dialog.showModal();
  if (text) words.value = text;
  words.focus();
  words.select();
  if (words.value) run({ jump: Boolean(text) });
};

export { open, start };
