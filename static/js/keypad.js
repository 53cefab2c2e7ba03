// [data-keypad]: buttons [data-digit] that type into the form's input[data-keypad-for], for a screen without a keyboard.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-keypad]").forEach((pad) => {
    const input = pad.closest("form")?.querySelector("[data-keypad-for]");
    if (!input) return;
    pad.hidden = false;
    pad.addEventListener("click", (event) => {
      const digit = event.target.closest("[data-digit]")?.dataset.digit;
      if (!digit) return;
      if (digit === "clear") input.value = "";
      else if (digit === "back") input.value = input.value.slice(0, -1);
      else input.value += digit;
    });
  }));
})();
