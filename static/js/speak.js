// The board's voice. Each [data-call="id"][data-say][data-number][data-counter] that is new joins a queue: shown on the
// stage and said twice, one after the other, never over one another. data-clips: sound files, where there is no voice.
(() => {
  "use strict";
  const SILENT_MS = 8000; // how long a call stays when nothing can be heard
  const TIMES = 2;
  const queue = [];
  const known = new Set();
  let busy = false;
  let blocked = false;

  const voice = () => window.speechSynthesis?.getVoices().find((v) => v.lang.replace("_", "-").toLowerCase().startsWith("vi"));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const needTouch = () => {
    blocked = true;
    document.querySelectorAll("[data-sound-on]").forEach((button) => { button.hidden = false; });
  };

  const speak = (text, by) => new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.voice = by;
    words.lang = by.lang;
    words.rate = 0.9;
    words.onend = () => done(true);
    words.onerror = (event) => { if (event.error === "not-allowed") needTouch(); done(false); };
    setTimeout(() => done(false), 15000); // a voice that never ends must not silence the next call
    speechSynthesis.speak(words);
  });
  const play = (url) => new Promise((done) => {
    const audio = new Audio(url);
    audio.onended = () => done(true);
    audio.onerror = () => done(false);
    audio.play().catch((error) => { if (error.name === "NotAllowedError") needTouch(); done(false); });
  });
  const sayOnce = async ({ say, clips }) => {
    const by = voice();
    if (by && say) return speak(say, by);
    let heard = clips.length > 0;
    for (const clip of clips) heard = (await play(clip)) && heard;
    return heard;
  };

  const show = ({ number, counter }) => {
    const stage = document.querySelector("[data-stage]");
    if (!stage) return;
    stage.querySelectorAll("[data-stage-number]").forEach((e) => { e.textContent = number; });
    stage.querySelectorAll("[data-stage-counter]").forEach((e) => { e.textContent = counter; });
    stage.querySelectorAll("[data-stage-call]").forEach((e) => { e.hidden = false; });
    stage.querySelectorAll("[data-stage-quiet]").forEach((e) => { e.hidden = true; });
    stage.classList.remove("fresh");
    void stage.offsetWidth; // lets the pulse begin again
    stage.classList.add("fresh");
  };

  const run = async () => {
    if (busy) return;
    busy = true;
    for (let call = queue.shift(); call; call = queue.shift()) {
      show(call);
      const began = Date.now();
      for (let n = 0; n < TIMES && !blocked; n += 1) {
        if (!(await sayOnce(call))) break;
        await pause(600);
      }
      await pause(Math.max(0, SILENT_MS - (Date.now() - began)));
    }
    busy = false;
  };

  // Newest first on the page; the oldest new one is called first.
  const look = (first) => {
    for (const { dataset: d } of [...document.querySelectorAll("[data-call]")].reverse()) {
      if (known.has(d.call)) continue;
      known.add(d.call);
      if (!first) queue.push({ say: d.say, number: d.number, counter: d.counter, clips: (d.clips ?? "").split(" ").filter(Boolean) });
    }
    run();
  };

  document.addEventListener("DOMContentLoaded", () => {
    window.speechSynthesis?.getVoices(); // some browsers load their voices only when asked
    look(true);
    document.querySelectorAll("[data-sound-on]").forEach((button) => button.addEventListener("click", () => {
      blocked = false;
      document.querySelectorAll("[data-sound-on]").forEach((b) => { b.hidden = true; });
    }));
  });
  document.addEventListener("poll:swapped", () => look(false));
})();
