/* Filters for comparison pages. Everything is there without this: it only hides what is not asked for. */
(function () {
  "use strict";

  var LABELS = { level: "Level", chapter: "Chapter", who: "Agency" };

  function values(items, key) {
    var seen = {};
    items.forEach(function (item) {
      var said = item.dataset[key] || "";
      (key === "who" ? said.split(" ") : [said]).forEach(function (value) {
        if (value) seen[value] = true;
      });
    });
    return Object.keys(seen);
  }

  function choice(form, items, key) {
    var options = values(items, key);
    if (options.length < 2) return;
    var label = document.createElement("label");
    var select = document.createElement("select");
    label.textContent = LABELS[key] + " ";
    select.name = key;
    [""].concat(options).forEach(function (value) {
      var option = document.createElement("option");
      option.value = value;
      option.textContent = value ? value.replace(/-/g, key === "who" ? " " : "-") : "all";
      select.appendChild(option);
    });
    label.appendChild(select);
    form.appendChild(label);
  }

  function fits(item, form) {
    return Array.prototype.every.call(form.elements, function (select) {
      var said = item.dataset[select.name] || "";
      var known = select.name === "who" ? said.split(" ") : [said];
      return !select.value || known.indexOf(select.value) >= 0;
    });
  }

  function start() {
    var areas = document.querySelectorAll("[data-filter]");
    var items = Array.prototype.slice.call(document.querySelectorAll("[data-filter] [data-level]"));
    if (!areas.length || items.length < 3 || document.querySelector("form.filter")) return;
    var form = document.createElement("form");
    form.className = "filter";
    form.setAttribute("aria-label", "Show only some changes");
    Object.keys(LABELS).forEach(function (key) {
      choice(form, items, key);
    });
    if (!form.elements.length) return;
    var status = document.createElement("p");
    status.setAttribute("role", "status");
    form.appendChild(status);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
    });
    form.addEventListener("change", function () {
      var shown = items.filter(function (item) {
        item.hidden = !fits(item, form);
        return !item.hidden;
      });
      status.textContent = shown.length + " of " + items.length + " changes shown";
    });
    areas[0].parentNode.insertBefore(form, areas[0]);
  }

  if (typeof document$ !== "undefined") document$.subscribe(start);
  else if (document.readyState !== "loading") start();
  else document.addEventListener("DOMContentLoaded", start);
})();
