// [data-print]: prints this page. Hidden until a script can do it.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }));
})();
