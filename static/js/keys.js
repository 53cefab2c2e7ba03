// A key presses the button that shows it: data-key="F2", "Alt+1", "Enter". While a dialog is open, only its own.
(() => {
  "use strict";
  const nameOf = (event) =>
    (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (event.shiftKey ? "Shift+" : "") +
    (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const seen = (element) => element.getClientRects().length > 0;

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat || event.metaKey) return;
    const name = nameOf(event);
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    // A bare character belongs to the field; function keys and chords are ours everywhere.
    if (typing && (event.key.length === 1 || event.key === "Enter") && !event.altKey && !event.ctrlKey) return;
    const open = [...document.querySelectorAll("dialog[open]")].pop();
    const target = [...(open ?? document).querySelectorAll("[data-key]")].find((e) => e.dataset.key === name && seen(e));
    if (!target) return;
    event.preventDefault();
    if (target.disabled || target.getAttribute("aria-disabled") === "true") {
      document.dispatchEvent(new CustomEvent("announce", { detail: target.dataset.why || target.title }));
      return;
    }
    if (target.matches("input:not([type=submit], [type=button]), select, textarea")) target.focus();
    else target.click();
    // What a key unfolds is there to be filled in.
    if (target.matches("summary") && target.parentElement.open)
      target.parentElement.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
})();
