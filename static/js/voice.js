// What the board sounds like: voice.say(text, clips) speaks with the device's own Vietnamese voice, else plays the sound
// files one after another, and answers whether it was heard. [data-sound-on] appears where the browser wants a touch first.
(() => {
  "use strict";
  const LONGEST_MS = 20000; // a voice or file that never ends must not silence what comes next
  const audio = new Audio(); // one for all: a board plays thousands of clips a day
  const buttons = () => document.querySelectorAll("[data-sound-on]");
  let blocked = false;

  const needTouch = () => {
    blocked = true;
    buttons().forEach((button) => { button.hidden = false; });
  };
  // A voice that is not the device's own asks somebody's server for every call, and is silent when the line is.
  const isOurs = (v) => v.localService !== false && v.lang.toLowerCase().startsWith("vi");
  const vietnamese = () => window.speechSynthesis?.getVoices().find(isOurs);
  const within = (begin) => new Promise((done) => {
    const late = setTimeout(() => done(null), LONGEST_MS); // nobody knows whether it was heard
    begin((heard) => { clearTimeout(late); done(heard); });
  });

  const speak = (text, by) => within((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.voice = by;
    words.lang = by.lang;
    words.rate = 0.9;
    words.onend = () => done(true);
    words.onerror = (event) => { if (event.error === "not-allowed") needTouch(); done(false); };
    speechSynthesis.cancel(); // what hung before
    speechSynthesis.speak(words);
  });
  const play = (url) => within((done) => {
    audio.onended = () => done(true);
    audio.onerror = () => done(false);
    audio.src = url;
    audio.play().catch((error) => { if (error.name === "NotAllowedError") needTouch(); done(false); });
  });

  window.voice = {
    async say(text, clips) {
      if (blocked) return false;
      const by = vietnamese();
      const spoken = by && text ? await speak(text, by) : false;
      if (blocked || spoken !== false) return Boolean(spoken);
      let heard = clips.length > 0;
      for (const clip of clips) heard = heard && await play(clip);
      return heard;
    },
  };
  document.addEventListener("DOMContentLoaded", () => {
    window.speechSynthesis?.getVoices(); // some browsers load their voices only when asked
    buttons().forEach((button) => button.addEventListener("click", () => {
      blocked = false;
      buttons().forEach((b) => { b.hidden = true; });
    }));
  });
})();
