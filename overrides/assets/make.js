// What all scripts use: an element with what is in it; a stylesheet that only some of them need; what is loaded once; a
// click that leads on as a link does; what this browser keeps of a reader's choice, where it may; a count in words.
const make = (tag, attributes = {}, ...inside) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...inside.flat().filter((one) => one !== "" && one != null));
  return element;
};
const styled = async (name) => {
  if (document.getElementById(name)) return;
  const href = new URL(name, import.meta.url);
  await new Promise((onload) => { document.body.append(make("link", { id: name, rel: "stylesheet", href, onload, onerror: onload })); });
};
const loaded = new Map();
const once = (name, load) => { // anew where it failed
  if (!loaded.has(name)) loaded.set(name, load().catch((fault) => { loaded.delete(name); throw fault; }));
  return loaded.get(name);
};
const data = (address, how = {}) => once(String(address), async () => {
  const got = await fetch(address, how);
  if (!got.ok) throw new Error(got.statusText);
  return got.json();
});
const counted = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;
const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.button);
const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const switchOf = (name, words, act = () => {}) => { // on, unless the reader has switched it off
  const box = make("input", { type: "checkbox", checked: kept(name) !== "off" });
  box.addEventListener("change", () => {
    try { localStorage.setItem(name, box.checked ? "on" : "off"); } catch { /* not kept, then */ }
    act(box.checked);
  });
  return make("label", {}, box, ` ${words}`);
};

export { counted, data, kept, make, once, plain, styled, switchOf };
