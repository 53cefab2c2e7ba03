// [data-checklist="key"]: what was ticked stays ticked on this phone, for this list. Nothing leaves the device.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-checklist]").forEach((list) => {
      const place = `checklist:${list.dataset.checklist}`;
      const boxes = [...list.querySelectorAll("input[type=checkbox]")];
      const kept = () => {
        try {
          return JSON.parse(localStorage.getItem(place)) || [];
        } catch {
          return [];
        }
      };
      const ticked = new Set(kept());
      boxes.forEach((box) => { box.checked = ticked.has(box.value); });
      list.addEventListener("change", () => {
        boxes.forEach((box) => ticked[box.checked ? "add" : "delete"](box.value));
        try {
          localStorage.setItem(place, JSON.stringify([...ticked]));
        } catch {
          // No storage: the list works all the same, until it is closed.
        }
      });
    });
  });
})();
