// A picture of the guidance over the whole screen: larger by buttons and keys; two fingers are the browser's own.
import { make, styled } from "./make.js";

const STEPS = [1, 1.5, 2, 3, 4];
const zoom = async (link, title) => {
  await styled("tools.css");
  const image = make("img", { src: link.href, alt: link.querySelector("img").alt });
  const pane = make("div", { className: "zoom__pane", tabIndex: 0, role: "group", "aria-label": "The picture; arrow keys move it" }, image);
  let scale = 1; // on a phone it is twice that: the page has it as wide as the screen already
  const size = (wanted) => {
    const before = scale, x = pane.clientWidth / 2, y = pane.clientHeight / 2;
    scale = Math.min(4, Math.max(1, wanted));
    image.style.width = `${scale * 100}%`;
    pane.scrollLeft = (pane.scrollLeft + x) * scale / before - x;
    pane.scrollTop = (pane.scrollTop + y) * scale / before - y;
  };
  const step = (by) => size(by > 0 ? STEPS.find((one) => one > scale + .01) ?? 4 : STEPS.findLast((one) => one < scale - .01) ?? 1);
  const tool = (text, name, act) => make("button", { type: "button", onclick: act, "aria-label": name }, text);
  const tools = [tool("−", "Smaller", () => step(-1)), tool("+", "Larger", () => step(1)), tool("Close", "Close", () => dialog.close())];
  const dialog = make("dialog", { className: "zoom", "aria-label": title || "Picture" }, make("div", { className: "zoom__tools" }, tools), pane);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
    else if (event.key === "0") size(1);
  });
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  if (innerWidth < 600) size(2);
  pane.scrollTo(0, 0);
};

export { zoom };
