// [data-poll][data-live="/live/events?topics=…"]: told of changes as they happen, the region asks at once and otherwise
// seldom. Where the stream is missing, breaks or falls silent, polling goes on by itself; the stream is tried again later.
(() => {
  "use strict";
  const SILENT_MS = 25000; // the stream beats every 10 s
  const SOONEST_MS = 4000;
  const LATEST_MS = 60000;

  const listen = (region) => {
    if (region.listening || !window.EventSource) return;
    region.listening = true;
    let source = null;
    let wait = SOONEST_MS;
    let watchdog = 0;
    const topics = () => region.dataset.live.split(":")[0]; // without when it was signed
    let heard = "";

    const drop = () => {
      clearTimeout(watchdog);
      source?.close();
      source = null;
      region.live = false;
    };
    const later = () => {
      drop();
      region.ask?.();
      // Not all boards of a city at the same moment.
      setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LATEST_MS);
    };
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(later, SILENT_MS);
    };
    const open = () => {
      if (!region.isConnected || source || !region.dataset.live) return;
      heard = topics();
      source = new EventSource(region.dataset.live);
      alive();
      source.onopen = () => {
        wait = SOONEST_MS;
        region.live = true;
        region.ask?.(); // what changed before the stream was open
      };
      source.onmessage = () => { alive(); region.ask?.(); };
      source.addEventListener("beat", alive);
      source.onerror = later;
    };

    // What the page shows may have changed what it listens to.
    region.addEventListener("poll:swapped", () => {
      if (source && topics() !== heard) { drop(); open(); }
    });
    open();
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-live]").forEach(listen));
})();
