// [data-poll="url"][data-every="3000"]: asks again with If-None-Match. 200 replaces the inside (swap.js); no answer shows
// [data-offline] and goes on, slower; so does 401, whose sentence is shown (session.js, else in the part's own place).
// region.ask() asks now; region.live (live.js): seldom.
(() => {
  "use strict";
  const SLOWEST_MS = 30000;
  const SAFE_MS = 20000; // sees what was not told
  let lastSeen = new Date();

  const all = (within, what) => [...within.querySelectorAll(what)];
  const offline = (down) => all(document, "[data-offline]").forEach((sentence) => {
    if (down) sentence.querySelector("[data-offline-at]").textContent = lastSeen.toLocaleTimeString("en-GB", { timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" });
    sentence.hidden = !down;
  });

  const watch = (region) => {
    if (region.polling) return;
    region.polling = true;
    const every = Number(region.dataset.every) || 3000;
    let tag = region.dataset.etag ?? "";
    let wait = every;
    let timer = 0;
    let busy = false;
    let once = false;
    const ask = async () => {
      clearTimeout(timer);
      if (!region.isConnected) return;
      if (busy) { once = true; return; }
      busy = true;
      if (!document.hidden) {
        try {
          const headers = { "HX-Request": "true", "X-Part": "1", "X-User": document.body.dataset.user ?? "", ...(tag && { "If-None-Match": tag }) };
          const answer = await fetch(region.dataset.poll, { headers, cache: "no-store", signal: AbortSignal.timeout(10000) });
          if (answer.status === 200 && !answer.redirected) {
            tag = answer.headers.get("ETag") ?? "";
            const live = answer.headers.get("Live-Address");
            if (live && region.dataset.live) region.dataset.live = live;
            window.swapPart(region, await answer.text());
          } else if (answer.status !== 304 && answer.status !== 401) throw new Error(String(answer.status));
          wait = every;
          if (answer.status === 401) {
            tag = "";
            wait = SLOWEST_MS;
            const ended = new CustomEvent("session:ended", { detail: await answer.text(), cancelable: true });
            if (document.dispatchEvent(ended)) region.innerHTML = ended.detail;
          }
          lastSeen = new Date();
          offline(false);
        } catch {
          wait = Math.min(wait * 2, SLOWEST_MS);
          offline(true);
        }
      }
      busy = false;
      timer = setTimeout(ask, once ? 0 : region.live && wait === every ? Math.max(every, SAFE_MS) : wait);
      once = false;
    };
    region.ask = ask;
    timer = setTimeout(ask, "now" in region.dataset ? 0 : every);
  };

  const start = () => all(document, "[data-poll]").forEach(watch);
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", start);
  document.addEventListener("visibilitychange", () => all(document, "[data-poll]").forEach((region) => region.ask?.()));
})();
