// A kiosk or board says that it is there, on every page and every twenty seconds; silence calls support.
(() => {
  "use strict";
  const EVERY_MS = 20000;
  const KEY = "beat-at";
  const last = () => { try { return Number(sessionStorage.getItem(KEY)) || 0; } catch { return 0; } };
  const beat = () => {
    if (Date.now() - last() < EVERY_MS / 2) return; // the page before has just said so
    try { sessionStorage.setItem(KEY, String(Date.now())); } catch { /* it is said once more, no harm */ }
    fetch("/beat/", { method: "POST", cache: "no-store" }).catch(() => {});
  };
  document.addEventListener("DOMContentLoaded", () => {
    beat();
    setInterval(beat, EVERY_MS);
  });
})();
