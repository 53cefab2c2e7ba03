// The board's screen: [data-full] and the key F fill it; a screen that was full asks for it again with the first touch
// after a start (browsers allow it no sooner; one in kiosk mode is full anyway). The pointer hides while nobody uses it.
(() => {
  "use strict";
  const KEY = "board-full";
  const HIDE_MS = 4000;
  const root = document.documentElement;
  const remembered = () => { try { return localStorage.getItem(KEY) === "1"; } catch { return false; } };
  const remember = (on) => { try { localStorage.setItem(KEY, on ? "1" : ""); } catch { /* it just is not remembered */ } };
  const isFull = () => Boolean(document.fullscreenElement) || matchMedia("(display-mode: fullscreen)").matches;

  const fill = (on) => (on ? root.requestFullscreen?.({ navigationUI: "hide" }) : document.exitFullscreen?.())?.catch(() => {});
  const toggle = () => {
    const on = !document.fullscreenElement;
    remember(on);
    fill(on);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-full]");
    let timer = 0;
    const rest = () => root.classList.add("resting");
    const wake = () => {
      root.classList.remove("resting");
      clearTimeout(timer);
      timer = setTimeout(rest, HIDE_MS);
    };
    const sync = () => { if (button) button.hidden = isFull() || !root.requestFullscreen; };
    button?.addEventListener("click", toggle);
    document.addEventListener("fullscreenchange", sync);
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "f" && !event.ctrlKey && !event.metaKey && !event.altKey) toggle();
      else if (remembered() && !isFull()) fill(true);
    });
    document.addEventListener("pointerdown", (event) => {
      if (remembered() && !isFull() && !event.target.closest("[data-full]")) fill(true);
    });
    document.addEventListener("pointermove", wake);
    document.addEventListener("focusin", wake);
    sync();
    wake();
  });
})();
