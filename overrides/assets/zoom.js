// A picture of the guidance over the whole screen: larger by buttons, keys, wheel or two fingers.
const make = (tag, attributes = {}, ...inside) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...inside);
  return element;
};
const STEPS = [1, 1.5, 2, 3, 4];
const zoom = (link, title) => {
  const image = make("img", { src: link.href, alt: link.querySelector("img").alt });
  const pane = make("div", { className: "zoom__pane", tabIndex: 0 }, image);
  pane.setAttribute("role", "group");
  pane.setAttribute("aria-label", "The picture; arrow keys move it");
  let scale = 1; // on a phone it is twice that: the page has it as wide as the screen already
  const size = (wanted, x = pane.clientWidth / 2, y = pane.clientHeight / 2) => {
    const before = scale;
    scale = Math.min(4, Math.max(1, wanted));
    image.style.width = `${scale * 100}%`;
    pane.scrollLeft = (pane.scrollLeft + x) * scale / before - x;
    pane.scrollTop = (pane.scrollTop + y) * scale / before - y;
  };
  const step = (by) => size(by > 0 ? STEPS.find((one) => one > scale + .01) ?? 4 : STEPS.findLast((one) => one < scale - .01) ?? 1);
  const tool = (text, name, act) => {
    const one = make("button", { type: "button", textContent: text, onclick: act });
    one.setAttribute("aria-label", name);
    return one;
  };
  const dialog = make("dialog", { className: "zoom" });
  dialog.append(make("div", { className: "zoom__tools" }, tool("−", "Smaller", () => step(-1)), tool("+", "Larger", () => step(1)),
    tool("Close", "Close", () => dialog.close())), pane);
  dialog.setAttribute("aria-label", title || "Picture");
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
    else if (event.key === "0") size(1);
  });
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  pane.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // a pinch on a touchpad says so
    event.preventDefault();
    const box = pane.getBoundingClientRect();
    size(scale * Math.exp(-event.deltaY / 150), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  const fingers = new Map();
  let apart = 0;
  const distance = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  pane.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, event); apart = 0; });
  pane.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (fingers.size !== 2) return;
    const both = [...fingers.values()], now = distance(both), box = pane.getBoundingClientRect();
    if (apart) size(scale * now / apart, (both[0].clientX + both[1].clientX) / 2 - box.left, (both[0].clientY + both[1].clientY) / 2 - box.top);
    apart = now;
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) pane.addEventListener(end, (event) => { fingers.delete(event.pointerId); apart = 0; });
  document.body.append(dialog);
  dialog.showModal();
  if (innerWidth < 600) size(2, 0, 0);
};

export { zoom };
