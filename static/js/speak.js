// The board's calls. Each new [data-call="id"][data-say][data-number][data-counter][data-clips] joins a queue: shown on the
// stage and said twice, one after the other; one that left the page or is [data-over] by then is not. [data-notice="id"]
// [data-say][data-clips] is said once, after the calls.
(() => {
  "use strict";
  const SHOWN_MS = 8000; // how long a call stays on the stage when nothing can be heard, and when others wait
  const HURRIED_MS = 3000;
  const FEW = 3; // waiting calls from which on each is said once only, and the most to catch up with
  const MOST = 8; // more than these are on the list already and are not said
  const AWAY_MS = 60000; // a page that shows so old a state was away
  const KNOWN = 400;
  let calls = [];
  const notices = [];
  const known = new Set(); // calls; those long gone from the list are forgotten
  const told = new Set(); // notices: few, and one may stand on the page all day
  let busy = false;
  let looked = 0;

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const each = (root, what, change) => root.querySelectorAll(`[data-stage-${what}]`).forEach(change);
  const write = (stage, number, counter) => {
    each(stage, "number", (e) => { if (e.textContent !== number) e.textContent = number; });
    each(stage, "counter", (e) => { if (e.textContent !== counter) e.textContent = counter; });
    each(stage, "call", (e) => { e.hidden = !number; });
    each(stage, "quiet", (e) => { e.hidden = Boolean(number); });
  };
  const show = ({ number, counter }) => {
    const stage = document.querySelector("[data-stage]");
    if (!stage) return;
    write(stage, number, counter);
    stage.classList.remove("fresh");
    void stage.offsetWidth; // lets the pulse begin again
    stage.classList.add("fresh");
  };
  // Between calls the stage shows what the page says: the last call, or none on a new day.
  const settle = () => {
    const stage = document.querySelector("[data-stage]");
    const last = document.querySelector("[data-call]")?.dataset;
    if (stage) write(stage, last?.number ?? "", last?.counter ?? "");
  };

  const run = async () => {
    if (busy) return;
    busy = true;
    while (calls.length + notices.length) {
      const call = calls.shift();
      const { say, clips } = call ?? notices.shift();
      if (call) show(call);
      const began = Date.now();
      for (let n = call && calls.length <= FEW ? 0 : 1; n < 2; n += 1) {
        if (!await window.voice?.say(say, clips)) break;
        await pause(600);
      }
      if (call) await pause(Math.max(0, (calls.length ? HURRIED_MS : SHOWN_MS) - (Date.now() - began)));
    }
    busy = false;
    settle();
  };

  const isNew = (seen, id) => !seen.has(id) && Boolean(seen.add(id));
  const forget = () => {
    while (known.size > KNOWN) known.delete(known.values().next().value);
  };
  const words = ({ dataset: d }) => ({ id: d.call, say: d.say, number: d.number, counter: d.counter, clips: (d.clips ?? "").split(" ").filter(Boolean) });

  // Newest first on the page; the oldest new one is called first. What stood there when the page was opened is not new.
  const look = (first) => {
    const current = [...document.querySelectorAll("[data-call]:not([data-over])")].reverse();
    const fresh = current.filter((e) => isNew(known, e.dataset.call));
    forget();
    const said = [...document.querySelectorAll("[data-notice]")].filter((e) => isNew(told, e.dataset.notice));
    const away = Date.now() - looked > AWAY_MS;
    looked = Date.now();
    if (!first) {
      const there = new Set(current.map((e) => e.dataset.call));
      calls = [...calls.filter(({ id }) => there.has(id)), ...(away ? fresh.slice(-FEW) : fresh).map(words)].slice(-MOST);
      notices.push(...said.map(words));
    }
    if (calls.length + notices.length) run();
    else if (!busy) settle();
  };

  document.addEventListener("DOMContentLoaded", () => look(true));
  document.addEventListener("poll:swapped", () => look(false));
})();
