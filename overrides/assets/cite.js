// Reads how people cite a place, for the search box and the page for dead addresses: an interpreter of the grammar in
// search/grammar.json, which `guidance.cite` writes. No word or form stands here; tests/data/citations/forms.tsv holds
// this file and that room to the same answers.
const reader = (grammar) => {
  const { units, outer, groups, spelt, ordinals, romans } = grammar;
  const tokens = grammar.tokens.map(([kind, pattern]) => [kind, new RegExp(pattern, "iy")]);
  const span = new RegExp(grammar.span, "gi"), apart = new RegExp(grammar.apart, "i");
  const files = grammar.files.map((one) => new RegExp(one, "i"));
  const paths = new Map(Object.entries(grammar.addresses).map(([address, edition]) => [address.slice(address.indexOf("/") + 1), edition]));
  const normal = (words) => grammar.normal
    .reduce((text, [pattern, plain]) => text.replace(new RegExp(pattern, "g"), plain), words.normalize("NFKC")).trim();

  // --- Numbers ---
  const numberKey = (number, unit) => {
    const at = spelt.indexOf(number.toLowerCase()), roman = romans.indexOf(number.toUpperCase());
    if (at >= 0) return String(at + 1);
    return roman >= 0 && ["part", "chapter"].includes(unit) ? String(roman + 1) : number.toUpperCase();
  };
  const parted = (unit, number, subs) => {
    const sub = (subs.match(/\(\w+\)/g) ?? []).join("").replace(/^\((\w+)\)/, "$1");
    const lettered = unit === "paragraph" && /^([\d.]+)([a-z]{1,2})$/.exec(number);
    if (!lettered) return [numberKey(number, unit), sub || null];
    return [lettered[1], lettered[2] + (sub && !sub.includes("(") ? `(${sub})` : sub)];
  };
  const follows = (first, last) => {
    const [within, start] = [first.replace(/\d+$/, ""), /\d+$/.exec(first)?.[0]];
    let [others, end] = [last.replace(/\d+$/, ""), /\d+$/.exec(last)?.[0]];
    if (!start || !end) return first.length === 1 && last.length === 1 && first < last ? last : null;
    if (others && others !== within) return null;
    if (end.length < start.length) end = start.slice(0, start.length - end.length) + end;
    return Number(end) > Number(start) ? within + end : null;
  };
  const numbers = (unit, list) => {
    const steps = [];
    for (const { groups: { to, number: said = "", subs = "", alone } } of list.matchAll(span)) {
      const last = steps.at(-1), [number, sub] = parted(unit, said, alone ?? subs);
      if (to && last && alone) {
        const from = last.sub?.length === 1 && sub?.length === 1 ? last.sub.charCodeAt(0) + 1 : Infinity;
        for (let code = from; code <= sub.charCodeAt(0); code += 1) steps.push({ ...last, sub: String.fromCharCode(code) });
      } else if (to && last) last.to = follows(last.number, number);
      else if (number || last) steps.push({ unit, number: number || last.number, to: null, sub });
    }
    return steps;
  };

  // --- Addresses ---
  const lookUp = (address) => {
    let url;
    try { url = new URL(address.includes("//") ? address : `https://${address}`); } catch { return null; }
    const page = /(?:^#|&)page=(\d{1,4})\b/.exec(url.hash)?.[1] ?? null;
    const plain = (one) => decodeURI(one).toLowerCase().replace(/^(?:https?:\/\/)?(?:www\.)?/, "").replace(/[?#].*$/, "").replace(/\/+$/, "");
    const whole = plain(url.href), inner = whole.includes("webarchive") ? /\/https?:\/+(.*)$/.exec(whole)?.[1] : null;
    for (const place of [whole, inner && plain(inner)].filter(Boolean)) {
      const [host, path] = [place.split("/", 1)[0], place.slice(place.indexOf("/") + 1)];
      const edition = grammar.addresses[place] ?? (/(?:^|\.)gov\.uk$/.test(host) ? paths.get(path) : null);
      // A copy that an archive keeps is of a day that is not known here.
      if (edition === "current") return place === whole ? { edition: grammar.inForce, page, isNewest: true } : null;
      if (edition) return { edition, page };
    }
    if (!files.some((one) => one.test(whole)) || !/^[\w.-]*\bgov\.uk\//.test(whole)) return null;
    const year = /(?<!\d)((?:19|20)\d\d)(?!\d{1,2}(?!\d{4}))/.exec(whole.slice(whole.lastIndexOf("/") + 1))?.[1];
    return { edition: year ? grammar.years[year] ?? year : null, page };
  };

  // --- Places ---
  const grouped = (named) => {
    const groups = [];
    for (const one of named) {
      const last = groups.at(-1) ?? [], { unit } = one.steps[0], held = last.map(({ steps }) => steps[0].unit);
      if (last.length && !one.apart && !held.includes(unit)) last.push(one);
      else if (held.includes(unit) && !outer.includes(unit) && outer.includes(held[0])) {
        groups.push([...last.filter(({ steps }) => outer.includes(steps[0].unit)), one]);
      } else groups.push([one]);
    }
    return groups.flatMap((group) => {
      const ordered = group.toSorted((a, b) => units.indexOf(a.steps[0].unit) - units.indexOf(b.steps[0].unit));
      const several = ordered.findLast(({ steps }) => steps.length > 1) ?? ordered.at(-1);
      return several.steps.map((each) => ordered.map((one) => (one === several ? each : one.steps[0]))
        .map((step, at, all) => (at < all.length - 1 ? { ...step, to: null } : step)));
    });
  };
  const shares = (rows, editions) => {
    if (editions.length === 1) return [[editions[0], rows.filter((one) => one.steps)]];
    const once = rows.filter((one, at) => one.steps || rows.indexOf(one) === at);
    const isBackwards = once[0].steps && !once.at(-1).steps, found = new Map();
    let waiting = [];
    for (const one of isBackwards ? once.toReversed() : once) {
      if (one.steps) waiting.push(one);
      else found.set(one, (waiting = found.size ? [] : [...waiting]));
    }
    return editions.map((one) => [one, isBackwards ? found.get(one).toReversed() : found.get(one)]);
  };

  // What some words cite, as a whole: a list of edition, steps (unit, number, to, sub) and whether that is sure; empty
  // where something in them is not understood. `unsaid` is the edition that is meant where none is named.
  return (words, unsaid = null) => {
    const text = normal(words), rows = [];
    let isApart = false, isBare = false, isElsewhere = false, isNewest = false, isCaptioned = false, byAddress = null;
    const note = (one) => { rows.push(one); isApart &&= !one.steps; };
    for (let at = 0; at < text.length;) {
      let match = null, kind;
      for (const [name, pattern] of tokens) {
        if (name === "caption" && !isCaptioned) continue;
        pattern.lastIndex = at;
        match = pattern.exec(text);
        if (match?.[0]) { kind = name; break; }
      }
      if (!match?.[0]) return [];
      at += match[0].length;
      const said = match.groups ?? {}, year = said.year ?? said.edition;
      if (kind === "word" || kind === "gap") { isApart ||= apart.test(match[0]); continue; }
      isCaptioned = rows.some((one) => !one.steps) && grammar.captioned.some((one) => said[one]);
      if (kind === "address") {
        const led = lookUp(said.address.replace(/[).,;\]]+$/, ""));
        isElsewhere ||= !led;
        byAddress = led?.edition ?? byAddress;
        isNewest = led?.isNewest ?? isNewest;
        if (led?.page) note({ steps: [{ unit: "page", number: led.page, to: null, sub: null }] });
        continue;
      }
      if (said.saying) note(grammar.sayings[normal(said.saying).toLowerCase().replaceAll("-", " ")]);
      else if (year) note(grammar.years[year] ?? year);
      else if (said.short) note(grammar.shorts[said.short]);
      if (kind === "bare") {
        isBare = true;
        note({ steps: numbers("paragraph", match[0]) });
      } else if (kind === "ordinal") {
        const nth = ordinals.indexOf(said.nth.toLowerCase());
        note({ steps: [{ unit: said.unit.toLowerCase(), number: nth >= 0 ? String(nth + 1) : said.nth.replace(/\D/g, ""), to: null, sub: null }] });
      } else if (kind !== "saying") {
        const isJoined = isApart;
        for (const [group, list] of Object.entries(said)) {
          if (list && groups[group]) note({ steps: numbers(groups[group], list), apart: isJoined && group !== "inner" });
        }
      }
    }
    const named = [...new Set(rows.filter((one) => !one.steps))];
    const editions = named.length ? named : [byAddress ?? (isElsewhere ? null : unsaid)].filter(Boolean);
    const isTold = named.length > 0 || byAddress !== null;
    if (!editions.length || editions.some((one) => !grammar.editions[one])) return [];
    const cited = shares(rows, editions).map(([edition, its]) => [edition, grouped(its)]);
    const places = cited.flatMap(([, its]) => its);
    if (isNewest && !named.length && places.length) return []; // it cannot tell which edition a number was written for
    if (cited.some(([, its]) => !its.length && (!isTold || (editions.length > 1 && places.length)))) return [];
    if (places.some((steps) => steps.every(({ unit }) => unit === "section"))) return [];
    if (isBare && places.length > 1 && places.some((steps) => steps.length > 1)) return [];
    return cited.flatMap(([edition, its]) => (its.length ? its : [[]]).map((steps) => ({ edition, steps, isSure: !isBare })));
  };
};

// A place in words: "chapter 2, paragraph 37(b)".
const say = (steps, short = {}) => steps.map(({ unit, number, to, sub }) => {
  const several = to && !short[unit] ? (unit.endsWith("x") ? "es" : "s") : "";
  const below = sub ? sub.replace(/^\w+/, "($&)") : "";
  return `${short[unit] ?? unit.replace("-", " ")}${several} ${number}${below}${to ? ` to ${to}` : ""}`;
}).join(", ");

// Where a place stands, from the edition's root, by its table in search/places/.
const find = (table, steps) => {
  const { unit, number, to, sub } = steps.at(-1);
  const outer = unit === "paragraph" && steps.findLast((one) => ["chapter", "annex"].includes(one.unit));
  const of = table[unit] ?? {}, within = number.replace(/\d+$/, ""), isLetters = within === number;
  const parse = (one) => (isLetters ? one.charCodeAt(one.length - 1) : Number(one.slice(within.length)));
  const print = (one) => (isLetters ? `${within.slice(0, -1)}${String.fromCharCode(one)}` : `${within}${one}`);
  const first = parse(number), last = to ? Math.min(parse(to), first + 500) : first;
  const all = Number.isNaN(last) ? [number] : Array.from({ length: last - first + 1 }, (_, at) => print(first + at));
  const inChapter = (one) => [`${outer.number}/${one}`, `${outer.number}.${one}`];
  const inOuter = (one) => (outer.unit === "chapter" ? inChapter(one) : [`annex ${outer.number}/${one}`]);
  const forms = (one) => (outer ? inOuter(one) : [one, `${one}${sub ?? ""}`.toUpperCase()]);
  return [...new Set(all.flatMap((one) => of[forms(one).find((form) => of[form])] ?? []))];
};

// The official file, at the page that is cited, or where the edition is published.
const official = (known, steps) => {
  const page = known.pages ? steps.find(({ unit }) => unit === "page")?.number : null;
  return known.official && (page ? `${known.official}#page=${page}` : known.official);
};

export { find, official, reader, say };
