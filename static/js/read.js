// A citizen's page read aloud: [data-read-button] reads every [data-read] in order. Hidden until the device has a voice
// of its own in the page's language, for an online one would send the page to somebody's server; [data-read-none] says so
// where it has none.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-read-button]");
    if (!button) return;
    const none = document.querySelector("[data-read-none]");
    const language = document.documentElement.lang.slice(0, 2);
    const synth = window.speechSynthesis;
    const voice = () => synth?.getVoices().find((v) => v.localService !== false && v.lang.toLowerCase().startsWith(language));
    const ready = () => {
      button.hidden = !voice();
      if (none) none.hidden = Boolean(voice());
    };
    const stop = () => { synth.cancel(); button.setAttribute("aria-pressed", "false"); };
    button.addEventListener("click", () => {
      if (synth.speaking) return stop();
      const parts = [...document.querySelectorAll("[data-read]")].map((e) => e.dataset.read || e.innerText).filter(Boolean);
      parts.forEach((text, index) => {
        const words = new SpeechSynthesisUtterance(text);
        words.voice = voice();
        words.lang = words.voice.lang;
        words.rate = 0.9;
        if (index === parts.length - 1) words.onend = stop;
        synth.speak(words);
      });
      button.setAttribute("aria-pressed", "true");
    });
    addEventListener("pagehide", () => synth?.cancel());
    if (voice() || !synth) return ready();
    synth.addEventListener?.("voiceschanged", ready);
    setTimeout(ready, 1500);
  });
})();
