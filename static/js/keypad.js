// Large keys for digits: [data-keypad="id of the input"], its buttons' values are digits, "erase" and "clear"; data-groups
// says how the digits stand together ("3 3"), a telephone number's otherwise. A form of keys works without scripts too, a
// key at a time; keys that only a script can press are hidden until then.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-keypad]").forEach((pad) => {
      const field = document.getElementById(pad.dataset.keypad);
      const groups = (pad.dataset.groups ?? "4 3 4").split(" ").map(Number);
      const most = groups.reduce((sum, each) => sum + each, 0);
      pad.hidden = false;
      pad.addEventListener("click", (event) => {
        const key = event.target.closest("button")?.value;
        if (!key) return;
        event.preventDefault();
        let digits = field.value.replace(/\D/g, "");
        if (key === "clear") digits = "";
        else if (key === "erase") digits = digits.slice(0, -1);
        else digits = (digits + key).slice(0, most);
        let from = 0;
        field.value = groups.map((length) => digits.slice(from, (from += length))).filter(Boolean).join(" ");
        document.dispatchEvent(new CustomEvent("announce", { detail: { value: [...digits].join(" ") } }));
      });
    });
  });
})();
