// Finds quotations in a text that is pasted or opened here. The editions' texts are loaded once, from this site; what
// is pasted stays in this page: nothing below sends or keeps anything.
const start = (article) => {
  const form = article.querySelector("form.quotations");
  if (!form) return;
  const known = JSON.parse(form.dataset.known);
  const field = form.querySelector("textarea"), chosen = form.querySelector("input[type=file]");
  const said = document.querySelector(".quotations__said"), list = document.querySelector(".quotations__found");
  form.hidden = false;

  // --- Matching: runs of three words in common, joined where little lies between them ---
  const SEED = 3; // words in common that begin a match
  const COMMON = 40; // a run of words that stands in more places than this begins none
  const GAP = 9; // words that may differ between two such runs
  const FEWEST = 8; // words in common that make a quotation
  const SHARE = 0.6; // of a quotation's words that must be in common
  const EDGE = 5; // words before or behind a match, up to which the rest of its sentence is looked at too
  const LONGEST = 1500; // words that are compared one by one

  const split = (text) => [...text.matchAll(/[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu)].map((match) => ({
    start: match.index, end: match.index + match[0].length,
    key: match[0].normalize("NFKC").toLowerCase().replace(/['’]/g, ""),
  }));
  const seeds = (words) => words.slice(0, words.length - SEED + 1)
    .map((_, at) => words.slice(at, at + SEED).map((word) => word.key).join(" "));

  const prepare = (file) => {
    const places = file.places.map(([short, name, page, text, state, today]) =>
      ({ file, short, name, page, text, state, today, words: split(text) }));
    const index = new Map();
    for (const place of places) {
      seeds(place.words).forEach((seed, at) => {
        if (!index.has(seed)) index.set(seed, []);
        index.get(seed).push({ place, at });
      });
    }
    return index;
  };

  // What one edition has in common with a text: per place, stretches of both.
  const stretches = (words, index) => {
    const hits = new Map();
    seeds(words).forEach((seed, mine) => {
      const found = index.get(seed) ?? [];
      if (found.length > COMMON) return;
      for (const { place, at } of found) {
        if (!hits.has(place)) hits.set(place, []);
        hits.get(place).push({ mine, theirs: at });
      }
    });
    const found = [];
    for (const [place, pairs] of hits) {
      const open = [];
      for (const { mine, theirs } of pairs) {
        const run = open.find((one) => mine - one.mine <= GAP && theirs > one.theirs && theirs - one.theirs <= GAP);
        if (run) {
          run.common += Math.min(SEED, mine - run.mine, theirs - run.theirs);
          Object.assign(run, { mine, theirs });
        } else open.unshift({ place, first: mine, from: theirs, mine, theirs, common: SEED });
      }
      for (const { first, from, mine, theirs, common } of open) {
        if (common >= FEWEST && common / (mine + SEED - first) >= SHARE) {
          found.push({ place, first, last: mine + SEED, from, to: theirs + SEED, common });
        }
      }
    }
    return found;
  };

  // Which of the words on either side the other side has too, in the same order.
  const align = (mine, theirs) => {
    const rows = Array.from({ length: mine.length + 1 }, () => new Uint16Array(theirs.length + 1));
    for (let i = mine.length - 1; i >= 0; i--) {
      for (let j = theirs.length - 1; j >= 0; j--) {
        rows[i][j] = mine[i].key === theirs[j].key ? rows[i + 1][j + 1] + 1 : Math.max(rows[i + 1][j], rows[i][j + 1]);
      }
    }
    const shared = new Set();
    for (let i = 0, j = 0; i < mine.length && j < theirs.length;) {
      if (mine[i].key === theirs[j].key) { shared.add(i); i++; j++; }
      else if (rows[i + 1][j] >= rows[i][j + 1]) i++;
      else j++;
    }
    return shared;
  };

  // How many words lie between a match's edge and the edge of its sentence: at most one more than EDGE.
  const ENDS = /[.!?:;…\n“”"]|(?<!\p{L})[‘']|[’'](?!\p{L})/u;
  const left = (text, words, at, step) => {
    for (let count = 0; count <= EDGE; count++, at += step) {
      const one = words[at - 1], next = words[at];
      if (!one || !next || ENDS.test(text.slice(one.end, next.start))) return count;
    }
    return EDGE + 1;
  };
  // Where both have a word or a few more before their sentences end, those are compared too; `cut` counts what the
  // official sentence has beyond them.
  const widen = (text, words, place, at, there, step) => {
    const mine = left(text, words, at, step), theirs = left(place.text, place.words, there, step);
    if (theirs > EDGE || (mine > EDGE && !theirs)) return { mine: 0, theirs: 0, cut: 0 };
    return mine && mine <= EDGE ? { mine, theirs, cut: 0 } : { mine: 0, theirs: 0, cut: theirs };
  };

  const compare = (text, words, { place, first, last, from, to }) => {
    while (first > 0 && from > 0 && words[first - 1].key === place.words[from - 1].key) { first--; from--; }
    while (last < words.length && to < place.words.length && words[last].key === place.words[to].key) { last++; to++; }
    const before = widen(text, words, place, first, from, -1), behind = widen(text, words, place, last, to, 1);
    first -= before.mine; from -= before.theirs; last += behind.mine; to += behind.theirs;
    const mine = words.slice(first, last), theirs = place.words.slice(from, to);
    const whole = mine.length <= LONGEST && theirs.length <= LONGEST;
    const shared = whole ? align(mine, theirs) : new Set(mine.keys());
    const [other, missing] = [mine, theirs].map((side) => side.length - shared.size);
    return { place, first, last, mine, shared, other, missing, cut: [before.cut, behind.cut] };
  };

  // The best match for each stretch of the text, and where else the same words stand.
  const find = (text, indexes) => {
    const words = split(text);
    const all = indexes.flatMap((index) => stretches(words, index)).map((one) => compare(text, words, one));
    const newest = known.editions.map(([edition]) => edition);
    const rank = ({ place }) => newest.indexOf(place.file.edition);
    all.sort((a, b) => (b.shared.size - b.missing - b.other) - (a.shared.size - a.missing - a.other) || rank(a) - rank(b));
    const best = [];
    for (const one of all) {
      const over = best.find((other) => one.first < other.last && other.first < one.last);
      if (!over) best.push({ ...one, also: [] });
      else if (one.other + one.missing === over.other + over.missing && one.mine.length === over.mine.length) over.also.push(one);
    }
    return { words, found: best.sort((a, b) => a.first - b.first) };
  };

  // --- Showing ---
  const make = (name, content = [], attributes = {}) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.append(...[content].flat());
    return element;
  };
  const link = (edition, short, words) => make("a", words, { href: new URL(`../${edition}/p/${short}/`, location.href).href });
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  const standing = ({ place }) => {
    const now = known.inForce, there = place.today[0];
    if (place.state === "in force") return ["In force."];
    if (place.state === "unchanged" && there) return [`${place.file.status}. The words are unchanged in `, link(now, there, now), ", which is in force."];
    if (place.state === "reworded" && there) return [`${place.file.status}. It reads otherwise in `, link(now, there, now), ", which is in force."];
    if (place.state === "gone") return [`${place.file.status}. It does not stand in ${now}, which is in force.`];
    return [`${place.file.status}. The text of ${now}, which is in force, is not loaded here.`];
  };
  const wording = ({ other, missing, cut: [before, behind] }) => {
    if (!other && !missing) {
      const parts = [before && `${count(before, "word")} before it`, behind && `${count(behind, "word")} behind it`];
      const said = parts.filter(Boolean).join(" and ");
      return said ? `Word for word, but its sentence has ${said}.` : "Word for word.";
    }
    const parts = [other && `${count(other, "word")} not in it, marked below`, missing && `${count(missing, "word")} of it left out`];
    return `Changed: ${parts.filter(Boolean).join("; ")}.`;
  };
  const marked = (text, { mine, shared }) => {
    const parts = [];
    let at = mine[0].start;
    mine.forEach((word, number) => {
      if (shared.has(number)) return;
      parts.push(text.slice(at, word.start), make("mark", text.slice(word.start, word.end)));
      at = word.end;
    });
    return [...parts, text.slice(at, mine.at(-1).end)];
  };
  const show = (text, one) => {
    const { place } = one;
    const also = one.also.map((other) => [" ", link(other.place.file.edition, other.place.short, `${other.place.file.edition}, ${other.place.name}`)]);
    const item = make("li", [
      make("p", make("strong", link(place.file.edition, place.short, `${place.file.name}, ${place.name}`))),
      make("p", [`${wording(one)} `, ...standing(one)]),
      make("blockquote", marked(text, one)),
      ...(also.length ? [make("p", ["The same words also stand in:", ...also.flat()])] : []),
      make("details", [make("summary", "As published"), make("p", place.text)]),
    ]);
    if (one.other || one.missing || one.cut.some(Boolean)) item.classList.add("changed");
    if (!["in force", "unchanged"].includes(place.state)) item.classList.add("old");
    return item;
  };

  // --- Files of the reader's: read here, with nothing in them run or loaded ---
  const MOST = 20e6; // bytes
  const ofHtml = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const part of page.querySelectorAll("script, style, template, noscript")) part.remove();
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
  let indexes = null;
  const load = () => indexes ??= Promise.all(known.editions.map(([edition]) =>
    fetch(new URL(`${edition}.json`, location.href), { credentials: "omit" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(edition)))).then(prepare)));
  const size = known.editions.reduce((sum, [, bytes]) => sum + bytes, 0);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    list.replaceChildren();
    if (!text.trim()) { said.textContent = "Paste a text first, or choose a file."; return; }
    said.textContent = indexes ? "Comparing …" : `Loading ${count(known.editions.length, "edition")} (${Math.ceil(size / 1000)} kB, once) …`;
    try {
      const { words, found } = find(text, await load());
      list.replaceChildren(...found.map((one) => show(text, one)));
      const which = known.editions.map(([edition]) => edition).join(", ");
      said.textContent = found.length
        ? `${count(found.length, "passage")} found in ${count(words.length, "word")}. Compared with ${which}.`
        : `No passage of ${FEWEST} words or more was found. Compared with ${which}.`;
    } catch {
      indexes = null;
      said.textContent = "The texts could not be loaded. Are you offline? Try again.";
    }
  });
  field.addEventListener("focus", () => load().catch(() => { indexes = null; }), { once: true });
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
