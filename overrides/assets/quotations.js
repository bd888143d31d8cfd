// Checks the quotations in a text that is pasted or opened here. The editions' texts are loaded once, from this site;
// what is pasted stays in this page: nothing below sends or keeps anything. How words are held against a text is told
// in quoting.js, how a place is cited in cite.js.
import { find, say as sayPlace } from "./cite.js";
import { counted, data, make, once } from "./make.js";
import { grammar } from "./places.js";

const start = (article) => {
  const form = article.querySelector("form.quotations");
  if (!form) return;
  const known = JSON.parse(form.dataset.known);
  const field = form.querySelector("textarea"), chosen = form.querySelector("input[type=file]");
  const said = document.querySelector(".quotations__said"), list = document.querySelector(".quotations__found");
  const root = new URL("../", location.href);
  form.hidden = false;

  // --- What is loaded, once ---
  const get = (path) => data(new URL(path, root));
  const full = (short) => (/^\d/.test(short) ? `para-${short}` : short);
  const prepare = (quoting, file, table) => {
    const told = ([short, name, page, text, state, today]) => [full(short), { file, short, name, page, text, state, today }];
    const places = new Map(file.places.map(told));
    return { ...file, table, places, ...quoting.editionText(file.edition, [...places].map(([anchor, { text }]) => [anchor, text])) };
  };
  const loadAll = async () => {
    const [quoting, cites, ...editions] = await Promise.all([
      import(new URL("quoting.js", root)), grammar(root),
      ...known.editions.map(([one]) => Promise.all([get(`quotations/${one}.json`), get(`search/places/${one}.json`).catch(() => ({}))])),
    ]);
    return { ...quoting, read: cites?.read ?? (() => []), editions: editions.map((one) => prepare(quoting, ...one)) };
  };
  const load = () => once("texts", loadAll);

  // --- What of a text is looked at: what stands in quotation marks, and the guidance's words without them ---
  const FEWEST = 8; // words in common, where nothing says that they are quoted
  const RANKS = ["absent", "partial", "altered", "cut", "right"];
  const isSame = ({ verdict }) => verdict === "right" || verdict === "cut"; // word for word, as far as it goes
  const rank = ({ verdict, found }) => RANKS.indexOf(verdict) * 1e6 + found;
  // The verdict of the edition that is credited, else of that which fits best, the newest first.
  const ask = ({ editions }, words, credit = null) => {
    const all = editions.map((one) => ({ ...one.check(words, credit?.edition === one.edition ? credit.anchors : []), of: one }));
    const best = all.reduce((one, other) => (rank(other) > rank(one) ? other : one));
    const unread = { verdict: "not-checked", edition: credit?.edition, found: 0, anchors: [], runs: [] };
    const own = credit ? all.find(({ edition }) => edition === credit.edition) ?? unread : best;
    return { ...own, credit, also: all.filter((one) => one !== own && isSame(one)) };
  };
  // The edition and place that a text names, by its longest stretch that says one.
  const creditIn = ({ read, editions }, text) => {
    const words = text.trim().split(/\s+/).slice(-24);
    const tries = words.flatMap((_, at) => words.slice(at).map((__, end) => words.slice(at, at + end + 1).join(" ")));
    for (const way of tries.filter((one) => /\d/.test(one)).sort((a, b) => b.length - a.length)) {
      const cited = read(way.replace(/[\s,:.;]+$/, ""))[0];
      if (!cited || !(cited.steps.length || known.names.some((name) => way.toLowerCase().includes(name)))) continue;
      const of = editions.find(({ edition }) => edition === cited.edition);
      const anchors = of && cited.steps.length ? find(of.table, cited.steps).map((address) => address.split("#").at(-1)) : [];
      const lacks = of?.table[cited.steps.at(-1)?.unit] && !anchors.length ? sayPlace(cited.steps) : "";
      return { edition: cited.edition, anchors, lacks };
    }
    return null;
  };
  const credit = (texts, before, behind) => {
    const after = /^[\s.,;:]*[([–—-]\s*([^)\]\n]{3,120})/.exec(behind)?.[1];
    const led = /(?:[^.;?!“”\n]|\.(?=\s*\d|\w)|(?<=\bpara)\.|(?<=\bp)\.){0,200}$/i.exec(before)[0];
    return (after && creditIn(texts, after)) || creditIn(texts, led);
  };
  const inMarks = (texts, text) => {
    const units = [];
    for (const pattern of texts.rules.marks) {
      for (const match of text.matchAll(new RegExp(pattern, "gu"))) {
        const unit = { start: match.index, end: match.index + match[0].length, said: match[1], from: match.index + match[0].indexOf(match[1]) };
        if (units.some((one) => one.start < unit.end && unit.start < one.end)) continue;
        if (texts.split(unit.said).length >= texts.rules.leastSaid) units.push(unit);
      }
    }
    return units.sort((a, b) => a.start - b.start).map((unit) => {
      const beside = credit(texts, text.slice(0, unit.start), text.slice(unit.end));
      return { ...unit, ...ask(texts, unit.said, beside) };
    }).filter((one) => one.credit || one.verdict !== "absent" || texts.split(one.said).length >= FEWEST);
  };
  // Sentences and lines one after the other, put together as long as more of the same is found.
  const unmarked = (texts, text, from, to) => {
    const found = [], pieces = [];
    let first = null, last = null;
    for (const word of texts.split(text.slice(from, to))) {
      if (last && (last.ends || text.slice(from + last.end, from + word.start).includes("\n"))) { pieces.push([first, last]); first = null; }
      [first, last] = [first ?? word, word];
    }
    if (first) pieces.push([first, last]);
    for (const [one, other] of pieces) {
      const part = (start) => ({ from: start, end: from + other.end, said: text.slice(start, from + other.end) });
      const made = (unit) => ({ ...unit, ...ask(texts, unit.said) });
      const alone = made(part(from + one.start)), open = found.at(-1);
      const joined = open && alone.verdict !== "absent" && open.verdict !== "absent" ? made(part(open.from)) : null;
      const isOne = joined && RANKS.indexOf(joined.verdict) > 1 && joined.found > open.found + alone.found / 2 &&
        (alone.found < FEWEST || joined.anchors.includes(alone.anchors[0])) && joined.anchors.length <= open.anchors.length + 1;
      if (isOne) found[found.length - 1] = joined;
      else found.push(alone);
    }
    return found.filter((one) => one.verdict !== "absent" && one.found >= FEWEST);
  };
  const look = (texts, text) => {
    const units = inMarks(texts, text);
    const edges = [0, ...units.flatMap(({ start, end }) => [start, end]), text.length];
    const between = edges.filter((_, at) => at % 2 === 0).flatMap((from, at) => unmarked(texts, text, from, edges[2 * at + 1]));
    return [...units, ...between].sort((a, b) => a.from - b.from);
  };

  // --- Showing ---
  const link = (edition, short, words) => make("a", { href: new URL(`${edition}/p/${short}/`, root).href }, words);
  const STATES = ["in force", "unchanged", "reworded", "gone"];

  // What is said of where the words stand: of several places, what is worst.
  const standing = ({ verdict, edition }, places) => {
    if (!places.length || !isSame({ verdict })) return [`${known.standings[edition] ?? "Not an edition that this site knows"}.`];
    const bad = ({ state }) => (state === "unknown" ? STATES.length : STATES.indexOf(state));
    const now = known.inForce, place = places.reduce((worst, one) => (bad(worst) >= bad(one) ? worst : one));
    const there = place.today[0], was = place.file.status;
    if (place.state === "in force") return ["In force."];
    if (place.state === "unchanged" && there) return [`${was}. The words are unchanged in `, link(now, there, now), ", which is in force."];
    if (place.state === "reworded" && there) return [`${was}. It reads otherwise in `, link(now, there, now), ", which is in force."];
    if (place.state === "gone") return [`${was}. It does not stand in ${now}, which is in force.`];
    return [`${was}. The text of ${now}, which is in force, is not loaded here.`];
  };
  const marked = ({ said: text, own, runs }) => {
    const parts = [], isFound = new Set(runs.flatMap(({ at, size }) => Array.from({ length: size }, (_, step) => at + step)));
    let at = 0;
    own?.forEach((word, number) => {
      if (isFound.has(number)) return;
      parts.push(text.slice(at, word.start), make("mark", {}, text.slice(word.start, word.end)));
      at = word.end;
    });
    return [...parts, text.slice(at)];
  };
  const show = (texts, one) => {
    const places = one.anchors.map((anchor) => one.of.places.get(anchor)), [place] = places;
    const isAnywhere = one.verdict === "absent" && !one.credit;
    const edition = isAnywhere ? known.editions.map(([id]) => id).join(" or ") : one.edition;
    const told = texts.say({ ...one, edition }, one.credit?.anchors, one.also.map((other) => other.edition));
    const lacks = one.credit?.lacks ? ` There is no ${one.credit.lacks} in ${one.edition}.` : "";
    const head = place ? link(one.edition, place.short, `${place.file.name}, ${place.name}`) : isAnywhere ? "Not found" : `Edition of ${one.edition}`;
    const also = one.also.map(({ of, anchors: [anchor] }) => {
      const { short, name } = of.places.get(anchor);
      return [" ", link(of.edition, short, `${of.edition}, ${name}`)];
    });
    const item = make("li", {}, [
      make("p", {}, make("strong", {}, head)),
      make("p", {}, [`${told}${lacks} `, ...(isAnywhere ? [] : standing(one, places))]),
      make("blockquote", {}, marked(one)),
      ...(also.length ? [make("p", {}, ["The same words are in:", ...also.flat()])] : []),
      ...(place ? [make("details", {}, [make("summary", {}, "As published"), ...places.map(({ text }) => make("p", {}, text))])] : []),
    ]);
    if (one.verdict !== "right" || lacks) item.classList.add("changed");
    if (!place || !["in force", "unchanged"].includes(place.state)) item.classList.add("old");
    return item;
  };

  // --- Files of the reader's: read here, with nothing in them run or loaded ---
  const MOST = 20e6; // bytes
  const ofHtml = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const part of page.querySelectorAll("script, style, template, noscript")) part.remove();
    for (const quote of page.body.querySelectorAll("blockquote")) { // what it says of itself stands behind its words
      const own = [...quote.querySelectorAll("footer, cite")].filter((one) => one.parentElement.closest("footer, cite") === null);
      quote.after(...own.flatMap((one) => [" — ", one]), "\n");
      if (!/["“”]/.test(quote.textContent)) { quote.prepend("“"); quote.append("”"); }
    }
    for (const part of page.body.querySelectorAll("p, li, div, td, th, dt, dd, h1, h2, h3, h4, h5, h6, br")) part.after("\n");
    return page.body.textContent;
  };
  const inflate = async (bytes) => {
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const parts = [];
    for (let size = 0, step; !(step = await reader.read()).done;) {
      size += step.value.length;
      if (size > MOST) { reader.cancel(); throw new RangeError("too large"); }
      parts.push(step.value);
    }
    return new Blob(parts).text();
  };
  const ofWord = async (buffer) => {
    const view = new DataView(buffer);
    let end = view.byteLength - 22;
    while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--; // the zip's list of contents
    if (end < 0) throw new RangeError("no zip file");
    let at = view.getUint32(end + 16, true), texts = "";
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      const [names, extra, note] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
      const name = new TextDecoder().decode(new Uint8Array(buffer, at + 46, names));
      if (/^word\/(document|footnotes|endnotes)\.xml$/.test(name)) {
        const local = view.getUint32(at + 42, true);
        const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
        const packed = new Uint8Array(buffer, start, view.getUint32(at + 20, true));
        const xml = view.getUint16(at + 10, true) ? await inflate(packed) : new TextDecoder().decode(packed);
        const parsed = new DOMParser().parseFromString(xml, "application/xml");
        for (const paragraph of parsed.getElementsByTagNameNS("*", "p")) {
          texts += [...paragraph.getElementsByTagNameNS("*", "t")].map((run) => run.textContent).join("") + "\n";
        }
      }
      at += 46 + names + extra + note;
    }
    return texts;
  };
  const read = async (file) => {
    if (file.size > MOST) throw new RangeError("too large");
    const kind = file.name.toLowerCase().split(".").pop();
    if (kind === "docx") return ofWord(await file.arrayBuffer());
    return kind === "html" || kind === "htm" ? ofHtml(await file.text()) : file.text();
  };

  // --- At work ---
  const size = known.editions.reduce((sum, [, bytes]) => sum + bytes, 0);
  const ids = known.editions.map(([edition]) => edition), others = Object.keys(known.standings).filter((one) => !ids.includes(one));
  const compared = `Compared with ${ids.join(", ")}.${others.length ? ` Not loaded here, so not compared: ${others.join(", ")}.` : ""}`;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    list.replaceChildren();
    if (!text.trim()) { said.textContent = "Paste a text first, or choose a file."; return; }
    said.textContent = `Loading ${counted(ids.length, "edition")} (${Math.ceil(size / 1000)} kB, once) …`;
    const texts = await load().catch(() => null);
    if (!texts) { said.textContent = "The texts could not be loaded. Are you offline? Try again."; return; }
    const found = look(texts, text);
    list.replaceChildren(...found.map((one) => show(texts, one)));
    const words = texts.split(text).length, right = found.reduce((sum, one) => sum + one.found, 0);
    said.textContent = found.length
      ? `${counted(found.length, "passage")} found: ${right} of ${counted(words, "word")} are in the guidance. ${compared}`
      : `No passage of ${FEWEST} words or more was found in ${counted(words, "word")}. ${compared}`;
  });
  field.addEventListener("focus", () => load().catch(() => {}), { once: true });
  chosen.addEventListener("change", async () => {
    const [file] = chosen.files;
    if (!file) return;
    try {
      field.value = await read(file);
      form.requestSubmit();
    } catch {
      said.textContent = `${file.name} could not be read. Open it, copy its text, and paste it here.`;
    }
  });
};

export { start };
