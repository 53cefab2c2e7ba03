// A report of a fault made without a line is kept on this device and sent later, once: under its key (report_once).
// window.keptReports.keep(url, fields): whether it could be kept. [data-reports] say how many wait, and that they went.
(() => {
  "use strict";
  const KEY = "reports";
  const EVERY = 15000;
  const user = () => document.body.dataset.user ?? "";
  const load = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? []; } catch { return []; } };
  const save = (rows) => localStorage.setItem(KEY, JSON.stringify(rows));
  // A citizen's has nobody's name on it; an officer's goes only in that officer's name.
  const mine = (row) => !row.refused && (row.user === "" || row.user === user());

  const say = (name, count) => document.querySelectorAll("[data-reports]").forEach((words) => {
    words.hidden = words.dataset.reports !== name;
    const place = words.querySelector("[data-count]");
    if (place) place.textContent = count;
  });
  const tell = () => {
    const count = load().filter(mine).length;
    if (count) say("kept", count);
    return count;
  };
  const post = async ({ url, fields, at, user: whose }) => {
    const body = new URLSearchParams({ ...fields, age: String(Math.max(0, (Date.now() - at) / 1000)) });
    return fetch(url, {
      method: "POST", body, signal: AbortSignal.timeout(30000),
      headers: { "X-Part": "1", ...(whose && { "X-User": whose }), "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "" },
    });
  };
  const each = async () => {
    let sent = 0;
    for (const row of load().filter(mine)) {
      const answer = await post(row).catch(() => null);
      if (!answer?.ok && answer?.status !== 400) break;
      // A word too many or a number that is none: it is said, and stays to be written anew.
      save(load().flatMap((one) => (one.fields.client_key !== row.fields.client_key ? [one] : answer.ok ? [] : [{ ...one, refused: true }])));
      sent += answer.ok;
    }
    if (!tell() && sent) say("sent", sent);
    const refused = load().filter((row) => row.refused && (row.user === "" || row.user === user()));
    if (refused.length) {
      say("refused", refused.length);
      document.querySelectorAll("[data-reports=refused] [data-words]").forEach((place) => { place.textContent = refused.map(({ fields }) => fields.what).filter(Boolean).join(" · "); });
    }
  };
  const alone = (work) => (navigator.locks ? navigator.locks.request(KEY, work) : work());
  const send = () => (load().some(mine) ? alone(each) : undefined);
  const keep = (url, fields) => {
    const row = { url, fields, user: url.startsWith("/support/tell/") ? "" : user(), at: Date.now() };
    // The words matter more than the picture, where there is little room.
    const kept = [row, { ...row, fields: { ...fields, picture: "" } }].some((one) => {
      try { save([...load(), one]); return true; } catch { return false; }
    });
    if (kept) tell();
    return kept;
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-reports=refused] button")) return;
    save(load().filter((row) => !row.refused));
    say("", 0);
  });
  document.addEventListener("DOMContentLoaded", () => { tell(); send(); });
  window.addEventListener("online", send);
  setInterval(send, EVERY);
  window.keptReports = { keep };
})();
