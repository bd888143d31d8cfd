// On the page for dead addresses: reads which edition and which place the address asked for, fills the search with it,
// and leads to what is likely meant, where the site knows that there is such a place.
import { make } from "./make.js";
import { say } from "./cite.js";
import { grammar, locate, offer } from "./places.js";

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
  const cites = await grammar(root);
  const cited = () => {
    for (const way of cites ? ways() : []) {
      const found = cites.read(way, lost.dataset.current).filter(({ steps }) => steps.length), isSaid = cites.read(way).length > 0;
      if (found.length && found.every(({ isSure }) => isSure)) return found.map((one) => ({ ...one, isSaid }));
    }
    return [];
  };
  const of = cites?.editions[edition];
  if (window !== window.top) { // a frame of another site has no room for more than a line
    const [place] = cited(), lack = of?.loaded ? `There is no ${place ? say(place.steps) : "such place"} in` : "The text of";
    const told = `${lack} ${edition}${of?.loaded ? "" : " is not loaded on this site"} (${of?.standing}).`;
    document.body.textContent = of ? told : "There is no such place on this site.";
    return;
  }
  const named = parts[parts.indexOf("p") - 1]; // a permalink of an edition that there is not is nobody else's
  const isStrange = /^\d{4}/.test(named ?? "") && !editions.includes(named);
  const places = isStrange ? [] : cited();
  const words = spaced(parts.filter((part) => !skip.has(part) && part !== edition).join("/")).trim();
  const short = ({ isSaid, edition, steps }) => `${isSaid ? `${edition} ` : ""}${say(steps, SHORT)}`;
  const query = (places.length ? places.map(short).join("; ") : within(words)).slice(0, 100);
  // Where no edition is named, each of the newest that has the place may be meant.
  const meant = places.flatMap((one) => {
    const order = one.isSaid ? [one.edition] : [...new Set([one.edition, ...editions])].slice(0, 4);
    return order.map((other) => ({ ...one, edition: other }));
  });
  if (of) meant.push({ edition, steps: [], isSaid: true });
  const found = await Promise.all(meant.map((one) => locate(root, one)));
  const list = offer(root, found.filter(({ isSaid, addresses }) => isSaid || addresses.length)), field = lost.querySelector("input");
  if (of && !of.loaded) document.querySelector("article h1").textContent = `The text of the ${edition} edition is not here`;
  if (query && field) {
    field.value = query;
    const search = new URL("search/", root);
    search.searchParams.set("q", query);
    list.append(make("li", { className: "hit" }, make("a", { href: search.href }, `Search for “${query}”`)));
  }
  const guesses = lost.querySelector(".lost__guesses");
  guesses.append(list);
  guesses.hidden = !list.childElementCount;
};

export { start };
