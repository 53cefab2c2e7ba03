// The kiosk's own store, for when the line drops: numbers held for it, and the slips it gave out from them.
// window.line: {issue, sync, now, again, full}. Times are ms of this device's clock; the server's clock is offset away.
(() => {
  "use strict";
  const KEY = "kiosk-line";
  const FEW = 10;
  const load = () => {
    try { return JSON.parse(localStorage.getItem(KEY)) ?? { numbers: {}, slips: [] }; } catch { return { numbers: {}, slips: [] }; }
  };
  const save = (kept) => localStorage.setItem(KEY, JSON.stringify(kept));
  // One change at a time, also when the kiosk's page is open twice.
  const alone = (work) => (navigator.locks ? navigator.locks.request(KEY, work) : work());
  const now = (kept = load()) => new Date(Date.now() + (kept.offset ?? 0));

  // Only on the day the numbers are for, within the hours that are kept, and with a clock that has not gone mad.
  const mayIssue = (kept) => {
    const time = now(kept);
    if (!kept.ends || time >= new Date(kept.ends) || time < new Date(kept.seen) - 60000) return false;
    return !kept.open || kept.open.some(([start, end]) => time >= new Date(start) && time < new Date(end));
  };
  const free = (kept, letter) => {
    const given = new Set(kept.slips.filter((slip) => slip.letter === letter && slip.day === kept.day).map((slip) => slip.number));
    return (kept.numbers[letter] ?? []).filter(([number]) => !given.has(number));
  };

  // The next number of this letter, or null where there is none to give. The same key gives the same slip.
  const issue = ({ letter, ground, key, language }) => alone(() => {
    const kept = load();
    const before = kept.slips.find((slip) => slip.key === key);
    if (before) return before;
    const next = !kept.full?.[letter] && mayIssue(kept) && free(kept, letter)[0];
    if (!next) return null;
    const slip = { key, letter, ground, language, number: next[0], code: next[1], at: Date.now(), shown: now(kept).toISOString(), day: kept.day, reprints: 0 };
    kept.slips.push(slip);
    save(kept);
    return slip;
  });
  const again = (key) => alone(() => {
    const kept = load();
    const slip = kept.slips.find((each) => each.key === key);
    if (slip && !slip.told) { slip.reprints += 1; save(kept); }
  });

  // Tell the server what was given out; ask where few numbers are left, and whether the day is full. Throws where nobody answers.
  const sync = async (letters) => {
    const before = load();
    const today = before.ends && now(before) < new Date(before.ends);
    const open = before.slips.filter((slip) => !slip.told);
    const enough = letters.filter((letter) => today && free(before, letter).length >= FEW);
    const slips = open.map(({ key, letter, number, ground, language, reprints, at, day }) => ({ key, day, letter, number, ground, language, reprints, age: (Date.now() - at) / 1000 }));
    const answer = await fetch("/kiosk/reconcile/", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Part": "1", "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "" },
      body: JSON.stringify({ slips, enough: enough.join("") }),
      signal: AbortSignal.timeout(20000),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    await alone(() => {
      const kept = load();
      const done = new Map(told.results.map((result) => [result.key, result]));
      for (const slip of kept.slips) if (done.has(slip.key)) { slip.told = true; slip.refused = done.get(slip.key).code; }
      if (kept.day !== told.day) kept.numbers = {};
      kept.slips = kept.slips.filter((slip) => !slip.told || slip.day === told.day);
      Object.assign(kept, { day: told.day, ends: told.ends, open: told.open, full: told.full, seen: told.now, offset: new Date(told.now) - Date.now() });
      Object.assign(kept.numbers, told.numbers);
      save(kept);
    });
  };
  // Why the day was full when last heard.
  const full = (letter, language) => load().full?.[letter]?.[language];
  window.line = { issue, sync, now, again, full };
})();
