// [data-clock="2026-11-23T10:24:00+07:00"]: the server's clock, kept going; a device with a wrong clock shows the right time.
(() => {
  "use strict";
  const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" });
  const start = () => {
    const clock = document.querySelector("[data-clock]");
    if (!clock) return;
    const server = Date.parse(clock.dataset.clock) || Date.now();
    const loaded = performance.now();
    const tick = () => {
      const text = format.format(server + performance.now() - loaded);
      document.querySelectorAll("[data-clock]").forEach((each) => { if (each.textContent !== text) each.textContent = text; });
    };
    tick();
    setInterval(tick, 1000);
  };
  document.addEventListener("DOMContentLoaded", start);
})();
