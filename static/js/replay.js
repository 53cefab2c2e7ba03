// [data-replay="url"][data-second][data-last]: plays a past day. Each second the moment moves on by the chosen speed and
// the hall at that moment is fetched; nothing is sent but the time. Without this the page's own buttons step.
(() => {
  "use strict";
  const TICK_MS = 1000;
  const text = (second) => [second / 3600, (second / 60) % 60, second % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");

  const start = () => {
    const stage = document.querySelector("[data-replay]");
    const bar = document.querySelector("[data-replay-play]");
    if (!stage || !bar || bar.dataset.ready) return;
    bar.dataset.ready = "1";
    bar.hidden = false;
    const at = document.querySelector("[data-replay-at]");
    let second = Number(stage.dataset.second);
    let speed = 0;
    let asking = false;

    const choose = (wanted) => {
      speed = wanted;
      bar.querySelectorAll("[data-speed]").forEach((button) => button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed)));
    };
    const show = async () => {
      asking = true;
      try {
        const answer = await fetch(`${stage.dataset.replay}&at=${text(second)}`, { signal: AbortSignal.timeout(10000) });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        stage.innerHTML = await answer.text();
        if (document.activeElement !== at) at.value = text(second);
      } catch {
        choose(0);
      }
      asking = false;
    };
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-speed]");
      if (button) choose(Number(button.dataset.speed));
    });
    setInterval(() => {
      if (!speed || asking || document.hidden || !stage.isConnected) return;
      second = Math.min(second + speed, Number(stage.dataset.last));
      show();
      if (second === Number(stage.dataset.last)) choose(0);
    }, TICK_MS);
  };
  document.addEventListener("DOMContentLoaded", start);
})();
