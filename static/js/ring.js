// [data-ring="id"] in a polled part: somebody new needs somebody; the page rings and shakes once for each.
(() => {
  "use strict";
  const seen = new Set();
  const ids = () => [...document.querySelectorAll("[data-ring]")].map((each) => each.dataset.ring);
  const tone = (sound, from, pitch) => {
    const voice = sound.createOscillator();
    const loud = sound.createGain();
    voice.frequency.value = pitch;
    loud.gain.setValueAtTime(0.25, from);
    loud.gain.exponentialRampToValueAtTime(0.001, from + 0.45);
    voice.connect(loud).connect(sound.destination);
    voice.start(from);
    voice.stop(from + 0.5);
  };
  let sound = null;
  const ring = () => {
    navigator.vibrate?.([300, 150, 300]);
    try {
      sound ??= new AudioContext();
      sound.resume();
      [880, 660, 880].forEach((pitch, number) => tone(sound, sound.currentTime + number * 0.5, pitch));
    } catch { /* a browser without sound shows it all the same */ }
  };
  document.addEventListener("DOMContentLoaded", () => ids().forEach((id) => seen.add(id)));
  // Sound is allowed once the page was touched.
  document.addEventListener("pointerdown", () => { try { sound ??= new AudioContext(); sound.resume(); } catch { /* none */ } }, { once: true });
  document.addEventListener("poll:swapped", () => {
    const fresh = ids().filter((id) => !seen.has(id));
    fresh.forEach((id) => seen.add(id));
    if (fresh.length) ring();
  });
})();
