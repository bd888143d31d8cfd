// Places that somebody cites, as the search and the page for dead addresses offer them: where each stands on this site,
// else what its edition is and where the official file has it. How words are read is told in cite.js.
import { find, official, reader, say } from "./cite.js";
import { data, make, once } from "./make.js";

// The editions by id, and what reads words as places; null where this cannot be loaded.
const grammar = (root) => once("grammar", async () => {
  const rules = await data(new URL("search/grammar.json", root));
  return { ...rules, read: reader(rules) };
}).catch(() => null);

// A place as `read` gives it, with its name, what is known of its edition, and its addresses from the site's root.
const locate = async (root, { edition, steps, ...cited }) => {
  const of = (await grammar(root)).editions[edition], there = official(of, steps);
  if (!steps.length) return { ...cited, name: `the edition of ${edition}, ${of.standing}`, addresses: [`${edition}/`], isSure: false };
  const table = of.loaded ? await data(new URL(`search/places/${edition}.json`, root)).catch(() => ({})) : {};
  const addresses = find(table, steps).map((one) => `${edition}/${one}`);
  return { ...cited, edition, name: `${edition}, ${say(steps)}`, addresses, of, there };
};

// A list of links to them. An edition that is not loaded answers with its standing and its official file, never with
// another one's text.
const offer = (root, places) => {
  const link = (address, words) => make("a", { href: new URL(address, root).href, className: "hit__link" }, words);
  const told = ({ edition, name, addresses, of, there }) => {
    if (addresses.length) return addresses.map((one) => [link(one, addresses.length > 1 ? `${name} (${one})` : name)]);
    if (of.loaded) return [[`${name}: there is no such place here. `, link(`${edition}/`, `The ${edition} edition`)]];
    const words = there?.includes("#page=") ? "That page of the official file" : of.file ? "The official file" : "Where it was published";
    return [[`${name}: ${of.standing}; its text is not here. `, there ? link(there, words) : ""]];
  };
  return make("ol", { className: "hits" }, places.flatMap(told).map((words) => make("li", { className: "hit" }, words)));
};

export { grammar, locate, offer };
