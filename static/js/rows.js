// A list by keys: J and K lead from row to row, X ticks the row; Enter opens it, as it opens any link.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.toUpperCase();
    const rows = [...document.querySelectorAll("a[data-row]")];
    if (!rows.length || !["J", "K", "X"].includes(key)) return;
    const row = document.activeElement?.closest("tr")?.querySelector("a[data-row]");
    const place = rows.indexOf(row);
    event.preventDefault();
    if (key === "X") {
      row?.closest("tr").querySelector("input[type=checkbox]")?.click();
      return;
    }
    const next = key === "J" ? Math.min(place + 1, rows.length - 1) : Math.max(place - 1, 0);
    rows[next].focus();
  });
})();
