// Adds a line to each <blockquote data-guidance="2023/para-153">: whether its words still stand. See "Link to us".
"use strict";
(() => {
  const me = document.currentScript;
  if (!(me instanceof HTMLScriptElement)) return; // the host may have something of that name
  const base = new URL(".", me.src);
  const ID = /^[\da-z][\da-z.-]{0,30}$/, ANCHOR = /^[a-z\d][a-z\d-]{0,90}$/;
  const fits = (value, pattern) => typeof value === "string" && pattern.test(value);
  const own = (from, name) => (from && typeof from === "object" && Object.hasOwn(from, name) ? from[name] : null);
  const files = {};
  const load = (edition) => files[edition] ??= fetch(new URL(`status/${edition}.json`, base), {
    credentials: "omit", referrerPolicy: "no-referrer", redirect: "error",
  }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);

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
  const tell = async (quote) => {
    const [edition, anchor, more] = quote.dataset.guidance.split("/");
    if (!fits(edition, ID) || !fits(anchor, ANCHOR) || more != null || quote.dataset.told) return;
    quote.dataset.told = "yes";
    const file = await load(edition), now = own(file, "inForce"), is = own(file, "standing");
    if (!fits(now, ID)) return;
    const line = document.createElement("p"), say = (...words) => line.append(...words);
    line.className = "guidance-status";
    const [state, ...places] = [own(own(file, "today"), anchor)].flat();
    const there = places.find((place) => fits(place, ANCHOR));
    if (edition === now) say(`${is}.`);
    else if (state === "same" && there) say("Wording unchanged in ", link(now, there, now), ".");
    else if (state === "changed") say(`Reworded in ${now}: `, link(edition, anchor, "compare", "#today"), ".");
    else if (state === "gone") say(`${is}; not in ${now}.`);
    else say(`${is}; the ${now} text is not loaded here.`);
    const copy = quote.cloneNode(true);
    for (const part of copy.querySelectorAll("footer, cite")) part.remove();
    const published = own(own(file, "words"), anchor);
    if (published && published !== digest(copy.textContent)) {
      say(" These words differ from the ", link(edition, anchor, "published text"), ".");
    }
    quote.append(line);
  };
  const run = () => document.querySelectorAll("blockquote[data-guidance]").forEach(tell);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", run);
  else run();
})();
