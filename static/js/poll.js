// [data-poll][data-every]: asked with If-None-Match. 200 replaces the inside; none shows [data-offline]
// and goes on, slower. Focus, typing, scrolls, folds stay. region.ask(): now; .live (live.js): seldom.
(() => {
  "use strict";
  const SLOWEST_MS = 30000;
  const SAFE_MS = 20000;
  let lastSeen = new Date();

  const all = (within, what) => [...within.querySelectorAll(what)];
  const offline = (down) => all(document, "[data-offline]").forEach((sentence) => {
    if (down) sentence.querySelector("[data-offline-at]").textContent = lastSeen.toLocaleTimeString("en-GB", { timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" });
    sentence.hidden = !down;
  });

  const swap = (region, html) => {
    const active = region.contains(document.activeElement) ? document.activeElement : null;
    const scrolls = [region, ...all(region, "[id]")].filter((e) => e.scrollTop).map((e) => [e.id, e.scrollTop]);
    const open = all(region, "details[open]>summary").map((e) => e.textContent);
    const said = region.querySelector("[data-announce]")?.dataset.announce;
    region.innerHTML = html;
    all(region, "summary").forEach((e) => { e.parentElement.open ||= open.includes(e.textContent); });
    window.htmx?.process(region);
    scrolls.forEach(([id, top]) => { const e = id === region.id ? region : document.getElementById(id); if (e) e.scrollTop = top; });
    const twin = (e) => ["id", "name", "textContent"].every((key) => e[key] === active[key]);
    const again = active && (active.id ? document.getElementById(active.id) : all(region, active.tagName).find(twin));
    again?.focus({ preventScroll: true });
    if (again?.matches("input, textarea") && active.value !== undefined) {
      again.value = active.value;
      if (active.selectionStart != null) again.setSelectionRange?.(active.selectionStart, active.selectionEnd);
    }
    const say = region.querySelector("[data-announce]")?.dataset.announce;
    if (say && say !== said) document.dispatchEvent(new CustomEvent("announce", { detail: say }));
    region.dispatchEvent(new CustomEvent("poll:swapped", { bubbles: true }));
  };

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
          const headers = { "HX-Request": "true", "X-Part": "1", ...(tag && { "If-None-Match": tag }) };
          const answer = await fetch(region.dataset.poll, { headers, cache: "no-store", signal: AbortSignal.timeout(10000) });
          if (answer.status === 200 && !answer.redirected) {
            tag = answer.headers.get("ETag") ?? "";
            const live = answer.headers.get("Live-Address");
            if (live && region.dataset.live) region.dataset.live = live;
            swap(region, await answer.text());
          } else if (answer.status === 401) {
            (document.getElementById("problems") ?? region).innerHTML = await answer.text();
            return;
          } else if (answer.status !== 304) throw new Error(String(answer.status));
          lastSeen = new Date();
          wait = every;
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
