// On the kiosk's ordinary pages: keep the way to go on without a line ready. body[data-line="ABC"]: the letters.
(() => {
  "use strict";
  const EVERY = 30000;
  document.addEventListener("DOMContentLoaded", () => {
    const letters = [...(document.querySelector("[data-line]")?.dataset.line ?? "")];
    if (!letters.length || !navigator.serviceWorker) return;
    navigator.serviceWorker.register("/kiosk/sw.js", { scope: "/kiosk/" }).catch(() => {});
    const keep = async () => {
      try {
        await window.line.sync(letters);
        document.documentElement.dataset.lineReady = "";
        // The page kept for later is of this morning, not of last month.
        const worker = (await navigator.serviceWorker.ready).active;
        const day = window.line.now().toDateString();
        if (localStorage.getItem("kiosk-pages") !== day) { worker.postMessage("refresh"); localStorage.setItem("kiosk-pages", day); }
      } catch {
        // No line: the next page is the one that was kept.
      }
    };
    keep();
    setInterval(keep, EVERY);
  });
})();
