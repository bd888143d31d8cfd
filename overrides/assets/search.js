// The search: in a dialog over every page, and on a page of its own. Asks the index that stands beside that page, says
// what it does with words that no text has, shows each text once, and takes citations straight to their place. What the
// files hold is told in `guidance.site.search_index`. Nothing is sent anywhere; what is searched for stays in the
// address of the search page.

import { counted, data, make, once, styled, switchOf } from "./make.js";

const FILTERS = ["edition", "chapter", "agency", "strength"];
const FIRST = 7; // results of a group at first
let form, said, found, words, known, root, isPage; // where the search stands at the moment
const here = (path) => new URL(path, root).href;

// --- What is loaded, once: the index part by part, with the first words that need it ---
const get = (path, how) => data(here(`search/${path}`), how);
// A part of the index, of the same making as its words: records have other numbers in each, and browsers keep files.
const part = async (name) => get(`${name}.json?${(await lexicon()).version}`);
const lexicon = () => once("lexicon", async () => { // rules for words, what is alike, and where the parts begin
  const all = await get("words.json", { cache: "no-cache" }), rules = all.rules.map(([pattern, other]) => [new RegExp(pattern, "g"), other]);
  rootOf = (word) => rules.reduce((one, [pattern, other]) => one.replace(pattern, other), word.toLowerCase().normalize("NFD"));
  for (const word of [...ASIDE]) ASIDE.add(rootOf(word));
  return all;
});
// What narrows results down, and which of them are one text, by the numbers of the records.
const facetsOf = async (edition) => {
  const { first, all } = await part(`facets/${edition}`);
  return all.map((one, at) => [first + at, { ...one, edition }]);
};
const allFacets = () => once("facets", async () => {
  const each = await Promise.all([...known.editions, known.pages].filter(Boolean).map(facetsOf));
  return new Map(each.flat());
});
const record = async (id) => {
  const { packs } = await lexicon(), at = packs.findLastIndex((first) => first <= id);
  return (await part(`records/${at}`))[id - packs[at]];
};

// --- Citations ---
const QUESTION = new RegExp([
  "^\\s*(?:where(?:['’]?s| is| was)|what(?:['’]?s| is| was)|is|was|find|show(?: me)?|open|go to)\\s+",
  "\\s+(?:now|today|(?:still )?(?:in force|current|valid|superseded|out of date))\\W*$", // its place tells
].join("|"), "gi");
// Each place cited, and what offers it. What is not sure, such as a number alone, is offered, and searched for too.
const citations = async (text) => {
  if (!/\d/.test(text) || /^".*"$/.test(text)) return { cited: [], straight: [] }; // what is in quotation marks is words
  const { grammar, locate, offer } = await import("./places.js"), cites = await grammar(root);
  const read = cites?.read(text.replace(QUESTION, ""), known.lead) ?? [];
  const all = await Promise.all(read.map((one) => locate(root, one)));
  const cited = all.filter(({ isSure, addresses }) => isSure || addresses.length);
  return { cited, straight: cited.length ? [make("section", {}, make("h2", {}, "Straight there"), offer(root, cited))] : [] };
};

// --- What is typed, and the words that the texts have ---
// What a word is a form of, roughly, and in one spelling: for comparing only, never shown.
let rootOf;
const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*(?:['’](?![\p{L}\p{N}]))?/gu;
const roots = (text) => (text.match(WORD) ?? []).flatMap((word) => word.split("-")).map((word) => rootOf(word));
const LITTLE = "an a the to of for in on at by if and or with is are was be i we you my our it their them they his her".split(" ");
const ASIDE = new Set([...LITTLE, ...`who whom what when where which why how many much long do does did were am can must should may could would will
  he she have has had got about there theres whats wont cant dont`.split(/\s+/)]);
const isAside = (word) => ASIDE.has(word.toLowerCase().replace(/['’]/g, ""));
const telling = (text) => roots(text).filter((root) => !ASIDE.has(root));
// How many letters are wrong, missing, too many or changed about; `most` + 1 stands for more than that.
const apart = (one, other, most) => {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [], row = [...Array(other.length + 1).keys()];
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      next[to] = Math.min(row[to] + 1, next[to - 1] + 1, row[to - 1] + (one[at - 1] !== other[to - 1]));
      if (at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1]) next[to] = Math.min(next[to], before[to - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[other.length];
};
const single = (word) => word.replace(/(.)\1/g, "$1"); // whoever doubles the wrong letter makes one mistake
const nearest = (word, list) => {
  const most = word.length < 4 ? 0 : word.length < 9 ? 1 : 2;
  let best = null, least = most + 1;
  for (const one of list) {
    const far = one[0] === word[0] && least > 1 ? (single(word) === single(one) ? 1 : apart(word, one, least)) : least;
    if (far < least) [best, least] = [one, far];
  }
  return best;
};
// The parts of what is asked: words, and what is in quotation marks, each with the forms that are alike.
const read = async (text) => {
  const typed = text.replace(/\bs(?:ect?)?[. ] ?(?=\d)/gi, "section ").match(/"[^"]+"|[\p{L}\p{N}’'-]*[\p{L}\p{N}][’']?/gu) ?? [], parts = [];
  const { alike } = await lexicon(), all = typed.every(isAside);
  for (let at = 0; at < typed.length; at += 1) {
    const one = typed[at].replaceAll('"', ""), isQuoted = one !== typed[at], two = isQuoted ? null : typed[at + 1];
    if (!all && !isQuoted && isAside(one)) continue;
    const mayBeOne = two && !isAside(two) && /^\p{L}+$/u.test(one + two);
    if (mayBeOne && (await places(one + two)).size) {
      parts.push({ said: `${one} ${two}`, forms: [`${one} ${two}`, one + two] });
      at += 1;
    } else { // what people say and what the texts say: a mum is a parent
      const { words } = (!isQuoted && alike.find(({ say }) => say.some((each) => rootOf(each) === rootOf(one)))) || {};
      parts.push({ said: one, isQuoted, like: words, forms: [...new Set([one, one.replaceAll("-", ""), words].filter(Boolean))] });
    }
  }
  return parts;
};

// --- Asking ---
// Where some words stand one after the other, by record; with `isLoose`, other words may stand for those set ASIDE.
const places = async (words, isLoose = false) => {
  const { parts } = await lexicon();
  const asked = roots(words).map((root, at) => ({ root, at })).filter(({ root }) => !isLoose || !ASIDE.has(root));
  const all = await Promise.all(asked.map(async ({ root, at }) => {
    const all = await part(`index/${Math.max(0, parts.findLastIndex((first) => first <= root))}`), told = new Map();
    const of = Object.hasOwn(all, root) ? all[root] : [];
    for (let next = 0, id = 0; next < of.length;) {
      id += of[next];
      let place = 0;
      told.set(id, of.slice(next + 2, next += 2 + of[next + 1]).map((step) => (place += step) - at));
    }
    return told;
  }));
  const [first = new Map(), ...rest] = all, found = new Map();
  for (const [id, own] of first) {
    const both = rest.length ? own.filter((place) => place > 0 && rest.every((other) => other.get(id)?.includes(place))) : own;
    if (both.length) found.set(id, both);
  }
  return found;
};
// The more often in a text the better, the more so the fewer texts have it and the shorter they are (BM25).
const find = async (forms, facets) => {
  const hits = new Map(), size = [...facets.values()].reduce((sum, one) => sum + one.size, 0) / facets.size;
  for (const found of await Promise.all(forms.map((form) => places(form)))) {
    const rare = Math.log(1 + (facets.size - found.size + 0.5) / (found.size + 0.5));
    for (const [id, own] of found) {
      const often = own.reduce((sum, place) => sum + (place ? 1 : TITLES), 0);
      const score = rare * often * 2.4 / (often + 1.4 * (0.25 + 0.75 * facets.get(id).size / size));
      hits.set(id, { id, score: Math.max(score, hits.get(id)?.score ?? 0) });
    }
  }
  return hits;
};
const TITLES = 0.3; // what a word in the titles above counts of one in the text
// A part that no text has is mended by the texts' own words, and said; else it is left out, and said.
const look = async (one, facets, isTyping) => {
  const hits = await find(one.forms, facets), word = one.said.toLowerCase();
  if (hits.size || one.isQuoted || /\s/.test(word)) return { ...one, hits };
  const list = /^[a-z]/.test(word) ? await part(`slips/${word[0]}`).catch(() => []) : [];
  const begun = isTyping && word.length > 2 ? list.filter((each) => each.startsWith(word)).slice(0, 5) : [];
  const isShort = one.said.length < 6 && one.said === one.said.toUpperCase(); // a short form is no slip
  const mended = begun.length || isShort ? null : nearest(word, list);
  const forms = begun.length ? begun : [mended].filter(Boolean);
  return { ...one, forms, mended, hits: await find(forms, facets) };
};
const FEW = 3; // texts with all the words, below which those with most of them are shown
const together = (parts) => {
  const found = new Map();
  for (const { hits } of parts) {
    for (const one of hits.values()) {
      const before = found.get(one.id) ?? { ...one, score: 0, count: 0 };
      found.set(one.id, { ...before, score: before.score + one.score, count: before.count + 1 });
    }
  }
  const all = [...found.values()], whole = all.filter((one) => one.count === parts.length), best = Math.max(0, ...all.map((one) => one.count));
  if (whole.length >= FEW || parts.length < 2) return whole;
  // Of a long question, where none has most of its words, those with as many as any.
  const least = Math.min(parts.length * (parts.length > 2 ? 2 : 1.5) / 3, Math.max(best, 2));
  const most = all.filter((one) => one.count < parts.length && one.count >= least);
  return [...whole, ...most.map((one) => ({ ...one, score: one.score * 0.1, isPart: true }))];
};
// What must be asked for: "tell parents" is "tell the parents" too, but "child" is not "child on child".
const needed = (say) => {
  const all = roots(say), own = new Set(all.filter((root) => !LITTLE.includes(root)));
  return own.size > 1 ? [...own] : all;
};
// Everyday words that are asked with, the most telling first: they lead to a page of ours and to the texts' word.
const meant = (text, everyday) => {
  const asked = new Set(roots(text)), isIn = (say) => needed(say).every((root) => asked.has(root));
  const fits = everyday.map((one) => ({ ...one, by: one.say.filter(isIn).sort((a, b) => b.length - a.length)[0] }));
  return fits.filter(({ by }) => by).sort((a, b) => needed(b.by).length - needed(a.by).length);
};
// Whether what is asked is a name of a topic: all of its words, in any order and form.
const isList = ({ page = [] }) => Boolean(page[0]?.startsWith("topics/"));
const isNamed = ({ topic = [] }, text) => {
  const asked = new Set(telling(text));
  return topic.map(telling).some((own) => own.length === asked.size && own.every((root) => asked.has(root)));
};
const WEIGHT = { title: 4, topic: 3, same: 2, phrase: 2, must: 1.25, should: 1.15, footnote: 0.3, audience: 0.3 };
const isAbout = (topic, asked) => {
  const own = new Set(roots(topic ?? ""));
  return asked.some((each) => each.length && each.every((root) => own.has(root)));
};
const weigh = (one, asked, text) => {
  const { topic = [], strength = [], kind = [], audience, page } = one.facet, title = isAbout(topic[0], asked);
  const strong = strength.find((each) => WEIGHT[each]);
  return one.score * (one.isPhrase ? WEIGHT.phrase : 1) * (WEIGHT[strong] ?? 1) * (WEIGHT[kind[0]] ?? 1) * (audience ? WEIGHT.audience : 1)
    * (title ? (page ? WEIGHT.title : WEIGHT.topic) : topic.some((each) => isAbout(each, asked)) ? WEIGHT.topic : 1)
    * (topic[0]?.toLowerCase() === text.toLowerCase() ? WEIGHT.same : 1);
};
// How well a page of ours answers: its title is what is asked, or a heading of it; of one that has not all the words,
// whether these are the whole title: "domestic abuse child witness".
const answering = ({ facet: { audience, topic = [] }, isPart }, asked) => {
  const own = telling(topic[0] ?? "");
  if (audience || isPart) return Number(!audience && own.length > 1 && asked.some((each) => own.every((one) => each.includes(one))));
  return isAbout(topic[0], asked) ? 2 : Number(topic.some((each) => isAbout(each, asked)));
};
// What is found, in order; with it the parts of the question, and the pages that everyday words lead to.
const ask = async (text, isTyping) => {
  const [facets, told] = await Promise.all([allFacets(), lexicon()]);
  const ordered = (all) => all.sort((a, b) => b.weight - a.weight || a.id - b.id);
  const every = () => [...facets].map(([id, facet]) => ({ id, facet, weight: 0 }));
  if (!text) return { all: ordered(every()), parts: [], ways: [], asked: [] };
  const looked = await Promise.all((await read(text)).map((part) => look(part, facets, isTyping)));
  // An everyday word that no text has needs no mending; a word that was mended may be an everyday one.
  const meaning = [text, ...looked.map(({ like }) => like)].join(" ");
  const typed = meant(meaning, told.everyday), isIn = (all, part) => all.some(({ by }) => roots(by).includes(rootOf(part.said)));
  const slips = looked.filter((part) => part.mended && !isIn(typed, part)).map(({ mended }) => mended);
  const ways = (slips.length ? meant(`${meaning} ${slips.join(" ")}`, told.everyday) : typed).slice(0, 2), isMeant = (part) => isIn(ways, part);
  const stands = (part) => !isMeant(part) || (part.hits.size && !part.mended);
  const parts = looked.map((part) => (stands(part) ? part : { ...part, mended: null, isMeant: true, hits: new Map() }));
  const found = new Map(together(parts.filter(({ hits }) => hits.size)).map((one) => [one.id, one]));
  const own = parts.map(({ forms }) => forms[0] ?? "").join(" "), asked = [roots(own)];
  if (parts.some(({ like }) => like)) asked.push(parts.flatMap(({ forms, like }) => roots(like ?? forms[0] ?? "")));
  for (const form of told.forms) if (form.some((one) => one.toLowerCase() === text.toLowerCase())) asked.push(...form.map(roots));
  for (const { words: other } of ways.filter((one) => one.words)) {
    const instead = await Promise.all((await read(other)).map((part) => look(part, facets, false)));
    for (const one of together(instead).filter(({ isPart }) => !isPart)) {
      found.set(one.id, { ...one, score: one.score + (found.get(one.id)?.score ?? 0) });
    }
    asked.push(roots(other));
  }
  const bare = parts.map((part) => part.forms[0] ?? part.said).join(" ");
  for (const words of new Set([text.replaceAll('"', ""), bare].filter((one) => /\s/.test(one)))) {
    for (const id of (await places(words, true)).keys()) if (found.has(id)) found.get(id).isPhrase = true;
  }
  const byPage = new Map([...facets].filter(([, one]) => one.page).map(([id, one]) => [one.page[0], id]));
  const idOf = ({ page }) => (page ? byPage.get(page.split("#")[0]) : null), wanted = ways.map(idOf).filter(Boolean);
  // A topic that has just this name goes before one with a name of the same roots: "prevention", "Prevent".
  const named = [...facets].filter(([, one]) => isList(one) && [text, own].some((each) => isNamed(one, each)));
  const just = named.filter(([, { topic }]) => topic.some((one) => one.toLowerCase() === text.toLowerCase()));
  const topics = (just.length ? just : named).map(([id]) => id);
  for (const id of [...wanted, ...topics]) if (!found.has(id)) found.set(id, { id, score: 1 });
  const all = [...found.values()].map((one) => ({ ...one, facet: facets.get(one.id) }));
  for (const one of all) one.weight = form.elements.order.value ? 0 : weigh(one, asked, text);
  // A page whose title is all that is asked goes before one that a part of the question leads to.
  const whole = ways.filter(({ by }) => asked[0].every((root) => roots(by).includes(root))).map(idOf);
  for (const one of all.filter(({ facet }) => facet.page)) {
    const well = Math.max(wanted.includes(one.id) ? 2 : 0, answering(one, asked.slice(0, 1)) * 1.5, answering(one, asked));
    one.isTopic = topics.includes(one.id);
    one.part = ways.find((way) => idOf(way) === one.id)?.page.match(/#.*/)?.[0]; // where on the page it is told
    one.answers = whole.includes(one.id) ? 4 : well * (isList(one.facet) ? 0.6 : 1); // a page that answers goes before a list of places
  }
  if (!all.length) all.push(...closest(text, every()));
  return { all: ordered(all), parts, ways, asked };
};
// Where nothing is found: the page of ours whose title or headings look most like what is asked.
const closest = (text, every) => {
  const triples = (words) => new Set(roots(words).flatMap((word) => [...word].map((_, at) => `^${word}$`.slice(at, at + 3))));
  const asked = triples(text);
  const alike = (own) => [...own].filter((each) => asked.has(each)).length / (4 + own.size);
  const like = ({ topic = [], audience }) => Math.max(...topic.map((one) => alike(triples(one)))) * (audience ? 0.5 : 1);
  const ours = every.filter(({ facet }) => facet.page).map((one) => ({ ...one, isNear: true, like: like(one.facet) }));
  return ours.sort((a, b) => b.like - a.like).slice(0, 1);
};

// --- Showing ---
// The words of a text around what was asked for, marked; what stood together is marked together.
const excerpt = (content, asked) => {
  const wanted = new Set(asked.flat().filter((root) => !ASIDE.has(root))), all = content.split(/\s+/).filter(Boolean);
  const own = all.map((word) => roots(word)), isHit = own.map((each) => each.length > 0 && each.every((root) => wanted.has(root)));
  const told = (from) => new Set(own.slice(from, from + 28).flat().filter((root) => wanted.has(root))).size;
  let start = 0;
  isHit.forEach((hit, at) => { if (hit && told(Math.max(0, at - 5)) > told(start)) start = Math.max(0, at - 5); });
  if (all.length < 36) start = 0;
  const shown = make("p", { className: "hit__words" }, start ? "… " : ""), end = Math.min(all.length, start + 36);
  for (let at = start; at < end; at += 1) {
    let to = at;
    while (isHit[at] && (isHit[to + 1] || (isHit[to + 2] && ASIDE.has(all[to + 1].toLowerCase()))) && to + 1 < end) to += 1;
    const run = all.slice(at, to + 1).join(" ");
    shown.append(isHit[at] ? make("mark", {}, run) : run, " ");
    at = to;
  }
  if (end < all.length) shown.append("…");
  return shown;
};
const placeLink = ([edition, label, url]) => make("a", { href: here(url) }, [edition, label].filter(Boolean).join(" "));
const hit = (one, { url, text, number = "", heading = "", elsewhere: others = [] }, asked) => {
  const { edition } = one.facet, path = heading.split(" › "), own = path.at(-1);
  const isNamed = own.toLowerCase().startsWith(number.toLowerCase()); // "Flow chart 4: ..." says its number itself
  const name = isNamed ? own : [number, own].filter(Boolean).join(" · ");
  const who = filters().agency, isContext = who && !one.facet.agency?.includes(who);
  const where = [edition === known.pages ? "Our own words" : `${edition}, ${known.standings[edition]}`, ...path.slice(0, -1)];
  const item = make("li", { className: "hit" },
    make("h3", {}, make("a", { href: here(url + (one.part ?? "")), className: "hit__link" }, name || edition)),
    make("p", { className: "hit__where" }, where.filter(Boolean).join(" › "), isContext ? make("em", {}, " · who is bound: from context") : ""));
  const content = text.trim();
  const rest = own && content.startsWith(own) ? content.slice(own.length).trim() : content; // a heading is said once
  if (rest) item.append(excerpt(rest, asked));
  if (others.length) {
    const list = make("p", { className: "hit__others" }, "This text in other editions: ");
    others.forEach((each, at) => list.append(at ? ", " : "", placeLink(each)));
    item.append(list);
  }
  return item;
};
// A list of results below its title, so many at a time.
const group = async (title, results, asked, step = FIRST, id = "") => {
  if (!results.length) return [];
  const list = make("ol", { className: "hits" }), more = make("button", { type: "button", className: "search__more" }, "Show more");
  const next = async () => {
    const from = list.childElementCount, batch = results.slice(from, from + step);
    const got = await Promise.all(batch.map(async (one) => hit(one, await record(one.id), asked)));
    list.append(...got);
    more.hidden = from + batch.length >= results.length;
    return got[0];
  };
  more.addEventListener("click", async () => (await next()).querySelector("a").focus());
  await next();
  return [make("section", { id }, make("h2", {}, title), list, more)];
};

// --- Searching ---
let turn = 0;
const isLoaded = () => known.editions.length > 0 || known.pages;
// What will be asked for is asked for at once: one after the other, each would wait for the last.
const prepare = () => { for (const one of [allFacets(), lexicon()]) one.catch(() => {}); };
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
const listed = (all) => all.map((one) => `“${one}”`).join(" and ");
// What was searched for in place of what was typed, and what was left out.
const changed = ({ parts, ways }) => {
  const mended = parts.filter((one) => one.mended), missing = parts.filter((one) => !one.isMeant && !one.hits.size);
  const others = [...new Set([...parts.map(({ like }) => like), ...ways.map((one) => one.words)].filter(Boolean))];
  const told = mended.flatMap(({ said: typed, mended: word }) => [`No text here has “${typed}”. Did you mean `, make("strong", {}, word), "? "]);
  const rest = parts.length > missing.length ? "; the other words were searched for" : "";
  if (missing.length) told.push(`No text here has ${listed(missing.map((one) => one.said))}${rest}. `);
  if (others.length) told.push(`Searched for ${listed(others)} as well. `);
  return told;
};

const go = async ({ jump = false, isTyping = false } = {}) => {
  const mine = ++turn, text = words.value.trim(), narrowed = filters();
  remember();
  if (!text && !Object.keys(narrowed).length) {
    said.textContent = "";
    found.replaceChildren();
    return;
  }
  if (isLoaded()) prepare();
  const { cited, straight } = await citations(text);
  if (mine !== turn) return;
  if (jump && cited.length === 1 && cited[0].isSure && cited[0].addresses.length === 1) {
    location.assign(here(cited[0].addresses[0]));
    return;
  }
  if (!isLoaded()) { // nothing to search in this build: only places
    found.replaceChildren(...straight);
    said.textContent = cited.length ? "" : "There is no text here to search; name a place, such as para 12.";
    return;
  }
  const got = await ask(text, isTyping);
  if (mine !== turn) return;
  const own = { edition: ({ edition }) => [edition], agency: ({ agency = [], context = [] }) => [...agency, ...context] };
  const has = (facet, name, value) => (own[name]?.(facet) ?? facet[name])?.includes(value);
  const wanted = got.all.filter(({ facet, isNear }) => isNear || Object.entries(narrowed).every(([name, value]) => has(facet, name, value)));
  // A text that several editions share is shown once, as the newest of them has it.
  const newest = new Map(), rank = ({ edition }) => known.editions.indexOf(edition);
  for (const { facet } of wanted) if (facet.lineage) newest.set(facet.lineage, Math.min(rank(facet), newest.get(facet.lineage) ?? rank(facet)));
  const texts = wanted.filter(({ facet }) => !facet.lineage || rank(facet) === newest.get(facet.lineage));
  const of = (test) => texts.filter((one) => !one.isNear && test(one.facet.edition));
  const now = of((edition) => edition === known.lead), ours = of((edition) => edition === known.pages);
  const then = of((edition) => edition !== known.lead && edition !== known.pages), near = texts.filter((one) => one.isNear);
  const topics = ours.filter(({ isTopic }) => isTopic).slice(0, 2); // some names are those of two
  const best = ours.filter((one) => one.answers && !one.isTopic).sort((a, b) => b.answers - a.answers);
  const answers = [...topics, ...best.filter((one, at) => !at || one.answers > 1).slice(0, topics.length ? 1 : 2)];
  const parts = (await Promise.all([
    group("In our guide", answers, got.asked),
    group(known.lead === known.inForce ? `In force: ${known.lead}` : `${known.lead}, the newest with its text here`, now, got.asked),
    group(answers.length ? "More on our own pages" : "On our own pages", ours.filter((one) => !answers.includes(one)), got.asked, FEW, "own-pages"),
    group("Only in other editions", then, got.asked),
    group("The page of ours that is nearest", near, got.asked),
  ])).flat();
  if (mine !== turn) return;
  const total = now.length + then.length + ours.length;
  if (!total) {
    parts.push(make("p", { className: "search__contents" }, "Or look through the contents: ", make("a", { href: root.href }, "this site"),
      ...known.editions.flatMap((one) => [", ", make("a", { href: here(`${one}/`) }, `the ${one} edition`)]), "."));
  }
  found.replaceChildren(...straight, ...parts);
  const counts = [known.editions.length ? `${counted(now.length, "result")} in ${known.lead}` : "Found"];
  if (then.length) counts.push(`${then.length} only in other editions`);
  if (texts.some((one) => one.isPart)) counts.push("most with only some of these words");
  const place = cited.some(({ addresses }) => addresses.length) ? ", but a place of that name" : "";
  said.replaceChildren(...changed(got), total ? counts.join(", ") : `Nothing found${place}.`);
  const href = parts.some((one) => one.id) ? "#own-pages" : "#";
  if (ours.length) said.append(known.editions.length ? ", " : " ", make("a", { href }, `${ours.length} on our own pages`));
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
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => run({ isTyping: true }), 150); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    run({ jump: true });
  });
  if (isLoaded()) words.addEventListener("focus", prepare, { once: true });
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
  form.querySelector("details > div").append(switchOf("search-key", "The key / leads to search"));
};

const start = (article) => {
  mount(article, location.href, { onPage: true });
  const asked = new URLSearchParams(location.search);
  for (const name of ["q", ...FILTERS, "order"]) {
    if (asked.get(name)) form.elements[name].value = asked.get(name);
  }
  if (FILTERS.some((name) => asked.get(name))) form.querySelector("details").open = true;
  // Coming back to the results must not lead away again: only who arrives with new words is taken straight there, and
  // once the page is whole, since browsers keep no page that leads on before. What was typed before this came counts.
  const arrived = asked.size && performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (document.readyState === "complete") run({ jump: arrived });
  else addEventListener("load", () => run({ jump: arrived }), { once: true });
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
    return words;
  }
  try {
    if (!dialog) {
      const got = await fetch(address);
      if (!got.ok) throw new Error(got.statusText);
      const page = new DOMParser().parseFromString(await got.text(), "text/html");
      const parts = ["form.search", ".search__said", ".search__found"].map((one) => page.querySelector(one));
      const shut = make("button", { type: "button", className: "shut", onclick: () => dialog.close() }, "Close");
      parts[0].querySelector(".search__line").append(shut);
      dialog = make("dialog", { className: "search-dialog md-typeset", "aria-label": "Search" }, parts);
      dialog.addEventListener("click", (event) => {
        if (event.target.closest("a[href^='#']")) return; // a part of what was found
        if (event.target === dialog || event.target.closest("a")) dialog.close();
      });
      document.body.append(dialog);
      await styled("search.css");
      mount(dialog, address, { onPage: false });
    }
  } catch {
    location.assign(text ? `${address}?q=${encodeURIComponent(text)}` : address);
    return null;
  }
  if (!dialog.open) dialog.showModal();
  if (text) words.value = text;
  words.focus();
  words.select();
  if (words.value) run({ jump: Boolean(text) });
  return words;
};

export { open, start };
