// [data-print]: prints this page. Hidden until a script can do it. [data-print-once="key"] prints by itself, once a key:
// a reload does not print again.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-print]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => print());
    });
    const key = document.querySelector("[data-print-once]")?.dataset.printOnce;
    if (!key) return;
    try {
      if (sessionStorage.getItem("printed") === key) return;
      sessionStorage.setItem("printed", key);
    } catch {
      // No storage: twice is better than never.
    }
    addEventListener("load", () => print());
  });
})();
