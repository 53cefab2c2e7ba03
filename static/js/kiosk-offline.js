// The kiosk without a line: one page, one question a screen, numbers from line-store.js. [data-step] are the screens.
(() => {
  "use strict";
  const { line } = window;
  const here = (name, root = document) => root.querySelector(`[data-line-${name}]`);
  // The page was kept a while ago; the clock goes by the server's time as this device knows it.
  const clock = document.querySelector("[data-clock]");
  if (clock) clock.dataset.clock = line.now().toISOString();
  const time = (moment, parts) => new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: "Asia/Ho_Chi_Minh" }).format(new Date(moment));

  document.addEventListener("DOMContentLoaded", () => {
    const letters = [...here("letters").dataset.lineLetters];
    const { prints, slipSeconds } = here("slip").dataset;
    let chosen = { key: "", letter: "", ground: "" };
    let shown = "start";
    let slip = null;
    const show = (step) => {
      shown = step;
      document.querySelectorAll("[data-step]").forEach((each) => { each.hidden = !each.dataset.step.split(" ").includes(step); });
      document.querySelector(`[data-step="${step}"] h1`)?.focus();
    };
    const ask = (letter) => {
      const full = line.full(letter, document.documentElement.lang);
      if (full) { here("full").textContent = full; show("full"); return false; }
      chosen = { key: crypto.randomUUID().replaceAll("-", ""), letter, ground: "" };
      here("what").textContent = here("title", document.querySelector(`[data-letter="${letter}"]`)).textContent;
      show("ground");
      return true;
    };
    const give = async () => {
      slip = await line.issue({ ...chosen, language: document.documentElement.lang });
      if (!slip) { show("none"); return; }
      here("number").textContent = `${slip.letter}${String(slip.number).padStart(3, "0")}`;
      here("service").textContent = here("title", document.querySelector(`[data-letter="${slip.letter}"]`))?.textContent ?? "";
      here("time").textContent = `${time(slip.shown, { hour: "2-digit", minute: "2-digit" })} · ${time(slip.shown, { day: "2-digit", month: "2-digit", year: "numeric" })}`;
      window.drawCode(here("code"), slip.code);
      show("slip");
      setTimeout(() => location.replace("/kiosk/again/"), Number(slipSeconds) * 1000);
      if (prints !== undefined) print();
    };

    document.querySelectorAll("[data-letter]").forEach((tile) => tile.addEventListener("click", () => ask(tile.dataset.letter)));
    document.querySelectorAll("[data-ground]").forEach((tile) => tile.addEventListener("click", () => { chosen.ground = tile.dataset.ground; give(); }));
    document.querySelectorAll("[data-line-start]").forEach((button) => button.addEventListener("click", () => show("start")));
    here("again").addEventListener("click", async () => { await line.again(slip.key); print(); });
    here("large").addEventListener("click", () => document.documentElement.classList.toggle("large-print"));

    // What was chosen while the line was still there.
    const before = new URLSearchParams(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
    if (letters.includes(before.get("letter"))) {
      if (ask(before.get("letter")) && before.get("key")) { chosen = { key: before.get("key"), letter: before.get("letter"), ground: before.get("ground") ?? "" }; give(); }
    } else show(before.has("sms") ? "sms" : "start");

    const look = async () => {
      try {
        const answer = await fetch("/kiosk/tiles/", { headers: { "X-Part": "1" }, cache: "no-store", signal: AbortSignal.timeout(8000) });
        if (answer.ok && !answer.redirected) {
          await line.sync(letters);
          if (shown === "start") { location.replace("/kiosk/again/"); return; }
        }
      } catch {
        // Still no line.
      }
      setTimeout(look, 5000);
    };
    setTimeout(look, 5000);
  });
})();
