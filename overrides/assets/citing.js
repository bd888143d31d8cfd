// The menu of a number or a heading: to cite, copy and share what it names, and to print one section. Loaded by
// reading.js; nothing is sent anywhere.
import { make, styled } from "./make.js";
import { isHeading, isOurs, nameOf, shown, tidy, UNITS, words } from "./reading.js";

let facts, title; // of the page that is shown

// --- A provision's text and address ---
const isEnd = (element) => element.matches(`${UNITS}, .headed, .notes, .below, h1, h2, h3, h4, h5, h6`);
const parts = function* (element) {
  yield element;
  if (!element.matches(".paragraph, .text, .flow-chart")) return;
  const from = element.closest(".headed") ?? element; // a flow chart's title has its picture below it
  for (let next = from.nextElementSibling; next && !isEnd(next); next = next.nextElementSibling) yield next;
};
// Its text as a list of paragraphs and entries of lists: [isEntry, words].
const lines = function* (element) {
  for (const part of parts(element)) {
    const copy = words(part);
    const blocks = copy.matches("p, h1, h2, h3, h4, h5, h6") ? [copy] : copy.querySelectorAll("p, li, th, td, figcaption, caption");
    for (const block of blocks) {
      if (block !== copy && block.parentElement.closest("p, th, td")) continue;
      if (block.matches("p") && block.closest("li")) continue; // its entry says it
      const own = block.cloneNode(true);
      for (const inner of own.querySelectorAll("ul, ol")) inner.remove();
      for (const inner of own.querySelectorAll("p")) inner.append(" ");
      const text = tidy(own.textContent);
      if (text) yield [block.matches("li"), text];
    }
  }
};
// A heading's address is where its words are: its page, at its place.
const addressOf = (element) => (isHeading(element) ? `${location.href.split("#")[0]}#${element.id}` : permalinkOf(element));
const permalinkOf = ({ id }) => new URL(`${facts.permalinks}${id.replace(/^para-(?=\d)/, "")}/`, location.href).href;
const officialPage = (page) => {
  const official = shown().querySelector(".source a[href]")?.href.split("#")[0];
  return official && page ? `${official}#page=${page}` : null;
};

// --- Citations and quotations ---
const html = (text) => make("i", { textContent: text }).innerHTML.replaceAll('"', "&quot;");
const markdown = (text) => text.replace(/[\\`*_[\]<>#|~]/g, "\\$&");
const cited = ({ name }) => `${title}, ${name}`;
// What is over stays so; what is in force may not be when somebody reads a copy.
const standing = () => (/^superseded/.test(facts.status) ? facts.status : `${facts.status} when this was copied`);
const plain = (one) => {
  const text = [...lines(one.element)].map(([isEntry, words]) => `${isEntry ? "• " : ""}${words}`).join("\n");
  return `${cited(one)} (${standing()}):\n“${text}”\n${one.address}`;
};
const rich = ({ element, ...one }) => {
  let inner = "", isList = false;
  for (const [isEntry, text] of lines(element)) {
    if (isEntry !== isList) inner += isEntry ? "<ul>" : "</ul>";
    inner += isEntry ? `<li>${html(text)}</li>` : `<p>${html(text)}</p>`;
    isList = isEntry;
  }
  if (isList) inner += "</ul>";
  const cite = html(one.address), mark = html(`${facts.edition}/${element.id}`);
  return `<blockquote class="guidance-quote" cite="${cite}" data-guidance="${mark}">` +
    `<p><cite><a href="${cite}">${html(cited(one))}</a>: ${html(standing())}</cite></p> ${inner}</blockquote>`;
};
const FORMS = {
  "quotation": plain,
  "quotation for Word or e-mail": (one) => ({ "text/plain": plain(one), "text/html": rich(one) }),
  "link": ({ address }) => address,
  "citation": ({ name, page, address }) =>
    `${title} (${facts.publisher}; ${facts.status}), ${name}${page ? `, page ${page} of the official PDF` : ""}. ${address}`,
  "Harvard reference": ({ name, page, address }) => {
    const today = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date());
    const year = facts.published.match(/\d{4}/)?.[0] ?? "n.d.";
    const work = `${facts.author || "[Author not known]"} (${year}) ${title}, ${name}${page ? `, p. ${page}` : ""}`;
    return `${work}. Available at: ${address} (Accessed: ${today}).`;
  },
  "quotation as Markdown": ({ element, name, address }) => {
    const quoted = [...lines(element)].map(([isEntry, text]) => `> ${isEntry ? "- " : ""}${markdown(text)}`);
    const spaced = quoted.flatMap((line, at) => (at && !(line.startsWith("> - ") && quoted[at - 1].startsWith("> - ")) ? [">", line] : [line]));
    return [`> [${markdown(`${title}, ${name}`)}](${address}): ${standing()}`, ">", ...spaced].join("\n");
  },
  "quotation as HTML": rich,
};
const copy = async (text) => {
  try {
    if (typeof text === "string") return await navigator.clipboard.writeText(text);
    const made = Object.entries(text).map(([type, words]) => [type, new Blob([words], { type })]);
    return await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(made))]);
  } catch { // an old browser, or a page without https
    const all = typeof text === "string" ? { "text/plain": text } : text;
    const put = (event) => {
      event.preventDefault();
      for (const [type, words] of Object.entries(all)) event.clipboardData.setData(type, words);
    };
    document.addEventListener("copy", put);
    const done = document.execCommand("copy");
    document.removeEventListener("copy", put);
    if (!done) throw new Error("not copied");
  }
};

// --- The menu of a number ---
const menu = make("div", { className: "cite", popover: "auto", role: "group" });
let opener = null;
const say = (words) => alert$.next(words); // in Material's own message
document.querySelector(".md-dialog").setAttribute("role", "status");
// Where the menu stands: below its owner, within the page's width.
const place = (owner) => {
  const at = owner.getBoundingClientRect(), { offsetWidth: width, offsetHeight: height } = menu;
  const isBelow = at.bottom + height + 8 < innerHeight || at.top < height + 8;
  menu.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8)) + scrollX}px`;
  menu.style.top = `${(isBelow ? at.bottom + 4 : at.top - height - 4) + scrollY}px`;
};
const entry = (what, act) => make("li", {}, make("button", { type: "button", onclick: act }, what));
const show = (button, element) => {
  facts = shown().dataset;
  title = isOurs() ? document.title : facts.title.includes(facts.edition) ? facts.title : `${facts.title} ${facts.edition}`;
  const name = nameOf(element), address = addressOf(element);
  const page = element.dataset.page ?? element.closest("[data-page]")?.dataset.page;
  const official = officialPage(page);
  const forms = isOurs() ? { link: FORMS.link, citation: () => `${title}, ${name}. ${address}` } : FORMS;
  const entries = Object.entries(forms).map(([form, print]) => entry(`Copy ${form}`, async () => {
    menu.hidePopover();
    button.focus();
    try {
      await copy(print({ element, name, page, address }));
      say(`Copied: ${form}, ${name}`);
    } catch { say("Your browser does not let this page copy"); }
  }));
  const shut = (act) => () => { menu.hidePopover(); act(); };
  const share = () => navigator.share({ title: `${title}, ${name}`, url: address }).catch(() => {});
  if (navigator.share) entries.unshift(entry("Share", shut(share)));
  if (!isOurs()) entries.push(make("li", {}, make("a", { href: permalinkOf(element) }, "Its own page")));
  if (official) entries.push(make("li", {}, make("a", { href: official }, `Page ${page} of the official PDF`)));
  if (element.tagName === "H1") entries.push(entry("Print this page", shut(() => print())));
  else if (isHeading(element)) entries.push(entry("Print this section", shut(() => printOnly(element))));
  menu.replaceChildren(make("p", { className: "cite__name" }, name[0].toUpperCase() + name.slice(1)), make("ul", {}, ...entries));
  menu.setAttribute("aria-label", `Cite or copy ${name}`);
  button.after(menu);
  opener = button;
  menu.showPopover();
  place(button);
  menu.querySelector("button").focus();
};
menu.addEventListener("toggle", (event) => opener?.setAttribute("aria-expanded", event.newState === "open"));
menu.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const stops = [...menu.querySelectorAll("button, a")];
  if (step) {
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  }
});
const toggle = async (button, element) => {
  await styled("tools.css");
  if (opener === button && menu.matches(":popover-open")) menu.hidePopover();
  else show(button, element);
};

// --- Printing one section ---
const printOnly = (heading) => {
  const level = (element) => Number((element.matches(".headed") ? element.firstElementChild : element).tagName.match(/^H(\d)$/)?.[1] ?? 9);
  const article = shown(), start = heading.parentElement, kept = new Set([start]);
  for (let next = start.nextElementSibling; next && level(next) > level(heading); next = next.nextElementSibling) {
    if (next.matches(".notes, .below")) break;
    kept.add(next);
  }
  const cited = new Set([...kept].flatMap((one) => [...one.querySelectorAll(".noteref")].map((a) => a.hash.slice(1))));
  const others = [...article.children].filter((one) => !kept.has(one) && !one.matches(".notes, .headed:has(h1)"));
  others.push(...[...article.querySelectorAll(".notes li")].filter((one) => !cited.has(one.id)));
  if (!cited.size) others.push(...article.querySelectorAll(".notes"));
  for (const one of others) one.classList.add("unprinted");
  addEventListener("afterprint", () => { for (const one of others) one.classList.remove("unprinted"); }, { once: true });
  print();
};

export { toggle };
