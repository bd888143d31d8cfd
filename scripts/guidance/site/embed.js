// Adds a line to each <blockquote data-guidance="2023/para-153">: whether its words are right and still stand. See
// "Link to us". Where they are not those of the provision, quoting.js and the edition's text are loaded and told from.
"use strict";
(() => {
  const me = document.currentScript;
  if (!(me instanceof HTMLScriptElement)) return; // the host may have something of that name
  const base = new URL(".", me.src);
  const ID = /^[\da-z][\da-z.-]{0,30}$/, ANCHOR = /^[a-z\d][a-z\d-]{0,90}$/;
  const fits = (value, pattern) => typeof value === "string" && pattern.test(value);
  const own = (from, name) => (from && typeof from === "object" && Object.hasOwn(from, name) ? from[name] : null);
  const files = {};
  const load = (path) => files[path] ??= fetch(new URL(path, base), {
    credentials: "omit", referrerPolicy: "no-referrer", redirect: "error",
  }).then((answer) => (answer.ok ? answer.json() : answer.status === 404 ? { isMissing: true } : null)).catch(() => null);

  // Letters and digits only: an editor may change quotation marks and spaces.
  const digest = (words) => {
    let value = 0x811c9dc5;
    for (const unit of words.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "").split("")) {
      value = Math.imul(value ^ unit.charCodeAt(), 0x01000193);
    }
    return (value >>> 0).toString(16);
  };
  const link = (edition, anchor, words, part = "") => {
    const a = document.createElement("a");
    a.href = new URL(`${edition}/p/${anchor.replace(/^para-(?=\d)/, "")}/${part}`, base);
    a.textContent = words;
    return a;
  };
  // The verdict on words that are not the whole provision; null where they are right. Its text was loaded once.
  const check = async (words, edition, anchor) => {
    const [quoting, texts] = await Promise.all([import(new URL("quoting.js", base)), load(`quotations/${edition}.json`)]);
    const full = (short) => (/^\d/.test(short) ? `para-${short}` : short);
    const text = files[`text ${edition}`] ??= quoting.editionText(edition, texts.places.map(([short, , , said]) => [full(short), said]));
    const found = text.check(words, [anchor]);
    return found.verdict === "right" && found.anchors.includes(anchor) ? null : quoting.say(found, [anchor]);
  };
  const tell = async (quote) => {
    const [edition, anchor, more] = quote.dataset.guidance.split("/");
    if (!fits(edition, ID) || !fits(anchor, ANCHOR) || more != null || quote.dataset.told) return;
    quote.dataset.told = "yes";
    const copy = quote.cloneNode(true);
    for (const part of copy.querySelectorAll("footer, cite")) part.remove();
    for (const part of copy.querySelectorAll("p, li, td, th, br, div, caption")) part.after(" ");
    const file = await load(`status/${edition}.json`), now = own(file, "inForce"), is = own(file, "standing");
    if (!own(file, "isMissing") && !(fits(now, ID) && fits(is, /^[^<>]{1,200}$/))) return;
    const line = document.createElement("p"), say = (...words) => line.append(...words);
    line.className = "guidance-status";
    const [state, ...places] = [own(own(file, "today"), anchor)].flat();
    const there = places.find((place) => fits(place, ANCHOR)), published = own(own(file, "words"), anchor);
    const isKnown = published || [own(file, "unread")].flat().includes(anchor);
    const name = anchor.replace(/^para-(?=\d)/, "paragraph ");
    let verdict = null;
    if (published && published !== digest(copy.textContent)) {
      verdict = await check(copy.textContent, edition, anchor).catch(() => "These words differ from those published.");
    }
    if (own(file, "isMissing")) say(`This site knows no edition ${edition}: these words were not checked.`);
    else if (!isKnown && own(file, "isListed")) say(`There is no ${name} in ${edition} (${is[0].toLowerCase()}${is.slice(1)}).`);
    else if (!published) say(`${is}; the text of ${edition} is not loaded here: these words were not checked.`);
    else if (verdict) say(`${verdict} ${is}. `, link(edition, anchor, "Published text"), ".");
    else if (edition === now) say(`${is}.`);
    else if (state === "same" && there) say("Wording unchanged in ", link(now, there, now), ".");
    else if (state === "changed") say(`Reworded in ${now}: `, link(edition, anchor, "compare", "#today"), ".");
    else if (state === "gone") say(`${is}; not in ${now}.`);
    else say(`${is}; the ${now} text is not loaded here.`);
    quote.append(line);
  };
  const run = () => document.querySelectorAll("blockquote[data-guidance]").forEach(tell);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", run);
  else run();
})();
