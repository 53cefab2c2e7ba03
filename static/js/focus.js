// The scanner types like a keyboard: its field ([data-scan]) has focus whenever nothing else is being filled in.
(() => {
  "use strict";
  const field = () => document.querySelector("[data-scan]:not(:disabled)");
  const busy = () => document.querySelector("dialog[open]") || document.activeElement?.matches("input, textarea, select, [contenteditable]");
  const settle = () => {
    const scan = field();
    const active = document.activeElement;
    if (scan && !busy() && (!active || active === document.body || !active.isConnected)) scan.focus({ preventScroll: true });
  };
  document.addEventListener("DOMContentLoaded", settle);
  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("dialog:closed", () => setTimeout(settle));
  // A scan that begins while a button has focus goes to the field, from its first character.
  document.addEventListener("keydown", (event) => {
    const scan = field();
    if (!scan || busy() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key.length === 1 && event.key !== " ") scan.focus({ preventScroll: true });
  });
})();
