// Large keys for a telephone number: form[data-keypad="id of the input"], its buttons' values are digits, "erase" and
// "clear". Without scripts the server does the same, a key at a time.
(() => {
  "use strict";
  const MOST_DIGITS = 11;
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-keypad]").forEach((pad) => {
      const field = document.getElementById(pad.dataset.keypad);
      pad.addEventListener("click", (event) => {
        const key = event.target.closest("button")?.value;
        if (!key) return;
        event.preventDefault();
        let digits = field.value.replace(/\D/g, "");
        if (key === "clear") digits = "";
        else if (key === "erase") digits = digits.slice(0, -1);
        else digits = (digits + key).slice(0, MOST_DIGITS);
        field.value = [digits.slice(0, 4), digits.slice(4, 7), digits.slice(7)].filter(Boolean).join(" ");
        document.dispatchEvent(new CustomEvent("announce", { detail: { value: [...digits].join(" ") } }));
      });
    });
  });
})();
