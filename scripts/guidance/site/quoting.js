// Holds words in quotation marks against an edition's text, as guidance.cite.quoting tells and by its `rules`, which
// are put before this when it is published. One table of cases, tests/data/audit/quotations.json, holds for both.
const { seed: SEED, gap: GAP, fewest: FEWEST } = rules;
const [WORD, NO_LETTER, MARKED] = [rules.word, rules.noLetter, rules.marked].map((pattern) => new RegExp(pattern, "gu"));
const [NO_END, ENDS, FULL, LEADS, LIMITED, IF, BOUND, TURNED, BEGUN, GOES_ON] = [rules.noEnd, rules.ends, rules.full, rules.leads, rules.limited,
  rules.limitedIf, rules.bound, rules.turned, rules.begun, `^(?:${rules.goesOn})$`].map((pattern) => new RegExp(pattern, "u"));
const spelt = new Map(Object.entries(rules.spelt));
const [strengths, negations, measures, conditions, terms, kinds] = [rules.strengths, rules.negations, rules.measures,
  rules.conditions, rules.terms, rules.kinds].map((words) => new Set(words));
const isMeasure = (word) => word.measures || measures.has(word.key);
const WEIGHTY = [
  ["strength", ({ key }) => strengths.has(key) || (key.endsWith("nt") && strengths.has(key.slice(0, -2)))],
  ["number", (word) => /^\p{N}/u.test(word.key) || isMeasure(word)],
  ["negation", ({ key }) => negations.has(key)],
  ["condition", ({ key }) => conditions.has(key)],
];

// The words, those told that measure only behind a figure: "14 clear days", "two terms".
const measured = (words) => {
  for (let at = words.length - 1; at >= 0; at--) {
    const { key } = words[at], lead = words.slice(Math.max(0, at - rules.reach), at).reverse().find((one) => !kinds.has(one.key));
    const isUnit = terms.has(key) || (kinds.has(key) && at + 1 < words.length && isMeasure(words[at + 1]));
    words[at].measures = Boolean(isUnit && lead && /^\p{N}/u.test(lead.key));
  }
  return words;
};
const split = (text) => measured([...text.matchAll(WORD)].map((match, at, all) => {
  const [start, end] = [match.index, match.index + match[0].length];
  const key = match[0].normalize("NFKC").replace(NO_LETTER, "").toLowerCase();
  const behind = text.slice(end, all[at + 1]?.index), isLine = at === all.length - 1 || behind.includes("\n");
  const canEnd = behind[0] !== "." || !NO_END.test(text.slice(Math.max(0, end - rules.beforeStop), end + 3));
  const stops = LEADS.test(behind) ? "lead" : canEnd && FULL.test(behind) ? "full" : isLine ? "line" : "";
  return { key: String(spelt.get(key) ?? key), written: match[0], start, end, ends: canEnd && ENDS.test(behind), stops };
}));
const put = (words) => words.map(({ written }) => written).join(" ");

// A quotation's own words, and before which of them the quoter marked a gap, with his words in square brackets.
const ownWords = (quotation) => {
  const words = [], marked = new Map();
  let at = 0;
  const add = (end) => {
    for (const word of split(quotation.slice(at, end))) words.push({ ...word, start: word.start + at, end: word.end + at });
  };
  for (const match of quotation.matchAll(MARKED)) {
    add(match.index);
    marked.set(words.length, [...(marked.get(words.length) ?? []), ...split(match[0])]);
    at = match.index + match[0].length;
  }
  add();
  return [words.slice(0, rules.longest), marked];
};

// The chain of runs, in order on both sides, with the most words and the smallest gaps; and how good it is.
const bestChain = (runs) => {
  const chains = [];
  for (const run of runs) {
    let best = [run.size, [run]];
    for (const [score, chain] of chains) {
      const last = chain.at(-1);
      const over = Math.max(0, last.at + last.size - run.at, last.there + last.size - run.there);
      if (run.at <= last.at || run.there <= last.there || over >= run.size) continue;
      const left = { at: run.at + over, there: run.there + over, size: run.size - over };
      const gaps = left.at - last.at + left.there - last.there - 2 * last.size;
      const grown = score + left.size - Math.min(gaps, 20) / 40;
      if (grown > best[0]) best = [grown, [...chain, left]];
    }
    chains.push(best);
  }
  return chains.reduce((best, one) => (one[0] > best[0] ? one : best), [0, []]);
};

// The blocks that two lists of words have in common: the longest first, then what lies on either side of it.
const blocks = (mine, theirs, i = 0, iEnd = mine.length, j = 0, jEnd = theirs.length) => {
  let best = { i, j, size: 0 };
  for (let x = i; x < iEnd; x++) {
    for (let y = j; y < jEnd; y++) {
      let size = 0;
      while (x + size < iEnd && y + size < jEnd && mine[x + size].key === theirs[y + size].key) size++;
      if (size > best.size) best = { i: x, j: y, size };
    }
  }
  if (!best.size) return [];
  return [...blocks(mine, theirs, i, best.i, j, best.j), best, ...blocks(mine, theirs, best.i + best.size, iEnd, best.j + best.size, jEnd)];
};
const kindOf = (mine, theirs) => WEIGHTY.find(([, weighty]) => {
  const [said, stands] = [mine, theirs].map((words) => words.filter(weighty).map(({ key }) => key).sort().join(" "));
  return said !== stands;
})?.[0] ?? "word";
const change = (mine, theirs, kind = kindOf(mine, theirs)) => ({ kind, said: put(mine), stands: put(theirs) });
const putInBrackets = (own, theirs, isBetween) => {
  const kind = kindOf(own, isBetween ? theirs : []);
  if (!own.length || kind === "word") return [];
  const [, weighs] = WEIGHTY.find(([name]) => name === kind), counts = own.filter(weighs).map(isMeasure);
  const there = theirs.filter((word) => weighs(word) && (!counts.length || counts.includes(isMeasure(word))));
  const isSame = own.every((one) => !weighs(one) || there.some(({ key }) => key === one.key));
  if ((kind === "number" && !there.length) || (!isBetween && isSame)) return [];
  return [{ kind, said: `[${put(own)}]`, stands: put(isBetween ? theirs : there) }];
};
// What agrees of few words on either side, and what differs: at which word, which are said and which stand there.
const compareWords = (mine, theirs) => {
  const within = blocks(mine, theirs), differing = [];
  let [i, j] = [0, 0];
  for (const one of [...within, { i: mine.length, j: theirs.length, size: 0 }]) {
    if (one.i > i || one.j > j) differing.push([i, mine.slice(i, one.i), theirs.slice(j, one.j)]);
    [i, j] = [one.i + one.size, one.j + one.size];
  }
  return [within, differing];
};
// What is told of them where the quoter marked a gap with words of his `own`, if any, or marked none.
const toldOf = (said, stands, own, isWithin) => {
  if (said.length || (isWithin && !own)) return [change(said, stands)];
  if (!isWithin || own.length) return [];
  const unit = stands.every(isMeasure) ? [{ ...change([], stands, "number"), said: "…" }] : [];
  const turns = stands.filter(({ key }) => negations.has(key) || conditions.has(key));
  return [...unit, ...turns.map((word) => ({ ...change([], [word]), said: "…" }))];
};
const total = (runs) => runs.reduce((sum, { size }) => sum + size, 0);

// An edition's words in reading order, from its [anchor, text] pairs.
const editionText = (edition, passages) => {
  const all = [], anchors = [], seeds = new Map();
  for (const [anchor, text] of passages) {
    for (const word of split(text)) { all.push(word); anchors.push(anchor); }
  }
  const seed = (words, at) => words.slice(at, at + SEED).map(({ key }) => key).join(" ");
  for (let at = 0; at + SEED <= all.length; at++) {
    const key = seed(all, at);
    if (seeds.has(key)) seeds.get(key).push(at);
    else seeds.set(key, [at]);
  }
  const of = ({ there, size }) => [...new Set(anchors.slice(there, there + size))];

  const grown = (words, shift, starts) => {
    const runs = [];
    let end = -1;
    for (const start of starts) {
      if (start < end) continue;
      let first = start;
      end = start + SEED;
      while (first && first + shift && words[first - 1].key === all[first + shift - 1].key) first--;
      while (end < words.length && end + shift < all.length && words[end].key === all[end + shift].key) end++;
      runs.push({ at: first, there: first + shift, size: end - first });
    }
    return runs;
  };
  const chainOf = (words, named) => {
    const diagonals = new Map();
    for (let at = 0; at + SEED <= words.length; at++) {
      const places = seeds.get(seed(words, at)) ?? [];
      for (const there of places.length <= rules.most ? places : []) {
        if (!diagonals.has(there - at)) diagonals.set(there - at, []);
        diagonals.get(there - at).push(at);
      }
    }
    const runs = [...diagonals].flatMap(([shift, starts]) => grown(words, shift, starts));
    runs.sort((a, b) => b.size - a.size || a.there - b.there);
    let best = [0, []];
    for (const { at, there } of runs.slice(0, rules.tried)) {
      const low = there - at - words.length - GAP, high = there - at + 2 * words.length + GAP;
      const near = runs.filter((one) => low <= one.there && one.there < high).sort((a, b) => a.at - b.at || a.there - b.there);
      const [score, chain] = bestChain(near.slice(0, 200));
      const sure = score + 0.5 * chain.some((run) => of(run).some((anchor) => named.includes(anchor)));
      if (sure > best[0]) best = [sure, chain];
    }
    return best[1];
  };
  const between = (before, run, count) => {
    if (before && run) return all.slice(before.there + before.size, run.there);
    if (run) {
      let first = run.there;
      while (first > 0 && !all[first - 1].ends) first--;
      return all.slice(Math.max(first, run.there - count), run.there);
    }
    const at = before.there + before.size;
    let ended = Math.max(0, at - 1);
    while (ended < all.length && !all[ended].ends) ended++;
    return all.slice(at, Math.min(ended + 1, at + count));
  };
  const compare = (words, marked, chain) => {
    const runs = [...chain], changes = [];
    let missing = 0;
    [null, ...chain].forEach((before, step) => {
      const run = chain[step], at = before ? before.at + before.size : 0;
      const mine = words.slice(at, run ? run.at : words.length);
      const isBetween = Boolean(before && run), end = at + mine.length;
      // Dots before its first word or behind its last say nothing of what lies within.
      const isGap = (one) => one >= at + !before && one < end + Boolean(run);
      const isMarked = [...marked.keys()].some(isGap);
      const brackets = [...marked].filter(([one]) => one >= at && one <= end).flatMap(([, one]) => one);
      const isWide = isMarked || brackets.length > 0;
      const wider = isWide || isBetween || !mine.length ? [] : between(before, run, mine.length + rules.near);
      const isWider = wider.length > 0 && total(compareWords(mine, wider)[0]) === mine.length;
      const theirs = isWider ? wider : between(before, run, mine.length + GAP * isWide);
      const there = before ? before.there + before.size : run.there - theirs.length;
      if (theirs.length <= GAP * 2) changes.push(...putInBrackets(brackets, theirs, isBetween));
      if (isMarked && isBetween && rules.hanging.includes(words[run.at].key)) { // "must tell … if", and it hangs on "may"
        const verb = theirs.filter((word) => kindOf([], [word]) === "strength").at(-1);
        if (verb && !theirs.some(({ stops }) => stops === "full")) changes.push({ kind: "strength", said: "…", stands: verb.written });
      }
      if (!mine.length && !isBetween) return;
      if (mine.length <= GAP && theirs.length <= GAP * (isWide ? 2 : 1)) {
        const [within, differing] = compareWords(mine, theirs);
        runs.push(...within.map((one) => ({ at: at + one.i, there: there + one.j, size: one.size })));
        const told = differing.flatMap(([i, said, stands]) => toldOf(said, stands, marked.get(at + i), isGap(at + i)));
        changes.push(...told);
        if (isMarked && !mine.length && !told.length) changes.push(...limits(there, theirs));
        missing += mine.length - total(within);
      } else if (mine.length || !isMarked) {
        missing += mine.length;
        changes.push(change(mine, theirs, mine.length ? "word" : "left-out"));
      } else {
        changes.push(...limits(there, theirs));
      }
    });
    for (const [at, own] of marked) {
      if (chain.some((run) => run.at < at && at < run.at + run.size)) changes.push(...putInBrackets(own, [], true));
    }
    return [runs.sort((a, b) => a.at - b.at), changes, missing];
  };
  // What a sentence has beyond a quotation that turns, limits or bounds it.
  const isWithin = (there) => there > 0 && there < all.length && anchors[there] === anchors[there - 1];
  const rest = (there) => {
    const before = there ? all[there - 1].stops : "full";
    if (before && !(before === "line" && isWithin(there) && GOES_ON.test(all[there].key))) return [];
    return all.slice(there, all.findIndex(({ stops }, at) => at >= there && stops) + 1);
  };
  const keysOf = (words) => words.map(({ key }) => key).join(" ");
  const goingOn = (words) => {
    const keys = keysOf(words), condition = IF.exec(keys);
    const found = [LIMITED.exec(keys)?.index, condition?.[0].length - 2].filter(Number.isInteger);
    if (!found.length && !BOUND.test(keys)) return ["", false];
    const from = words.slice(keys.slice(0, found.length ? Math.min(...found) : 0).split(" ").length - 1);
    return [put(from.slice(0, rules.shown)) + (from.length > rules.shown ? " …" : ""), found.length > 0];
  };
  const limits = (there, theirs) => {
    const [goes, isLimited] = goingOn(rest(there).slice(0, theirs.length));
    return isLimited ? [{ kind: "condition", said: "…", stands: goes }] : [];
  };
  const sentence = (there) => {
    let begin = there;
    while (begin > 0 && !all[begin - 1].stops) begin--;
    return begin;
  };
  const stem = (begin) => {
    for (let at = begin; isWithin(at) && all[at - 1].stops !== "full"; at--) {
      if (all[at - 1].stops === "lead") return all.slice(sentence(at - 1), at);
    }
    return [];
  };
  const begun = (there) => {
    const begin = sentence(there), before = [...stem(begin), ...all.slice(begin, there)], keys = keysOf(before);
    const isTurned = TURNED.test(keys), isMore = before.length > rules.shown;
    if (BEGUN.test(keys)) return [put(before.slice(0, rules.shown)) + (isMore ? " …" : ""), isTurned];
    return isTurned ? [(isMore ? "… " : "") + put(before.slice(-rules.shown)), true] : ["", false];
  };
  const beyond = (runs, count) => {
    const first = runs.reduce((one, run) => (run.at < one.at ? run : one));
    const last = runs.reduce((one, run) => (run.at + run.size > one.at + one.size ? run : one));
    const [begins, isTurned] = first.at === 0 ? begun(first.there) : ["", false];
    const [goes, isLimited] = last.at + last.size === count ? goingOn(rest(last.there + last.size)) : ["", false];
    return [isTurned || isLimited, begins, goes];
  };
  const second = (words, chain, named, missing) => {
    const [first, last] = [chain[0], chain.at(-1)];
    const [head, tail] = [[0, first.at], [last.at + last.size, words.length]];
    const [begin, end] = tail[1] - tail[0] > head[1] ? tail : head;
    if (missing < FEWEST || end - begin < FEWEST) return [[], true];
    const found = chainOf(words.slice(begin, end), named);
    if (!found.length || total(found) < end - begin) return [[], true];
    return [found.map((run) => ({ ...run, at: run.at + begin })), words[begin === 0 ? end - 1 : begin - 1].ends];
  };

  // What becomes of a quotation that is said to be of the anchors `named`; `own` are its words, `runs` those found.
  const check = (quotation, named = []) => {
    const [own, marked] = ownWords(quotation), words = own.length;
    const none = { verdict: "absent", edition, words, own, found: 0, anchors: [], changes: [], runs: [], begins: "", goes: "" };
    const chain = chainOf(own, named);
    if (!chain.length) return none;
    let [runs, changes, missing] = compare(own, marked, chain);
    const [two, isJoined] = second(own, runs, named, missing);
    if (two.length) {
      missing -= total(two);
      changes = changes.filter(({ said }) => said.split(/\s+/).filter(Boolean).length < FEWEST);
    }
    runs = [...runs, ...two];
    const found = words - missing;
    const told = { ...none, found, runs, anchors: [...new Set(runs.filter(({ size }) => size >= SEED).flatMap(of))] };
    changes.sort((a, b) => rules.order.indexOf(a.kind) - rules.order.indexOf(b.kind));
    const [isCut, begins, goes] = beyond(runs, words);
    if (!missing && !changes.length && (!two.length || isJoined)) return { ...told, verdict: isCut ? "cut" : "right", begins, goes };
    if (missing <= Math.max(rules.few, rules.altered * words) && found > SEED) return { ...told, verdict: "altered", changes, begins, goes };
    return found >= FEWEST ? { ...told, verdict: "partial" } : none;
  };
  return { edition, check };
};

// --- In words ---
const fill = (form, facts) => rules.says[form].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const sayPlaces = (anchors) => {
  const said = anchors.map((anchor) => anchor.replace("para-", "paragraph ").replaceAll("-", " "));
  return [said.slice(0, -1).join(", "), ...said.slice(-1)].filter(Boolean).join(" and ");
};
const sayChange = ({ kind, said, stands }) =>
  fill(said ? (stands ? "for" : "added") : "without", { weight: rules.says[kind] ?? "", said, stands });
// The verdict in a sentence. `named` are the anchors that the quotation is said to be of, `also` other editions that
// have it word for word.
const say = ({ verdict, edition, words, found, anchors = [], changes = [], begins = "", goes = "" }, named = [], also = []) => {
  const isSame = verdict === "right" || verdict === "cut", isElsewhere = isSame && named.length && !named.some((one) => anchors.includes(one));
  const told = changes.slice(0, rules.told).map(sayChange).join("; ") || rules.says.joined;
  const said = fill(verdict, { edition, words, found, place: sayPlaces(anchors), changes: told }) +
    (isElsewhere ? fill("elsewhere", { place: sayPlaces(named) }) : "") +
    (begins || goes ? `; ${fill(begins && goes ? "both" : goes ? "goes" : "begins", { begins, goes })}` : "") +
    (also.length ? fill(isSame ? "also" : "but", { editions: also.join(", ") }) : "");
  return `${said[0].toUpperCase()}${said.slice(1)}.`;
};

export { editionText, rules, say, split };
