// The checklist: every answer, note and picture is kept on the device at once and sent when there is a line.
(() => {
  "use strict";
  const EVERY = 10000;
  const { survey } = window;
  const find = (what, within = document) => within.querySelector(what);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const show = (element, yes) => { element.hidden = !yes; };
  let stand = {};

  document.addEventListener("DOMContentLoaded", () => {
    const bar = find("[data-waiting]");
    const form = find("[data-survey]");
    const STAND = `survey:${form?.dataset.survey}`;
    const me = document.body.dataset.user;
    const fields = new Map(all("[data-question]").map((field) => [field.dataset.question, field]));

    // As it stands: the portal's word, and over it what is still on this device.
    const paint = (items) => {
      for (const [key, field] of fields) {
        const mine = items.filter((item) => item.question === key && item.centre === form.dataset.survey && item.user === me);
        const answer = mine.findLast((item) => item.what === "answer" && !item.refused);
        const told = stand.lines?.[key] ?? {};
        const { value, note } = answer ?? told;
        for (const radio of all("[type=radio]", field)) radio.checked = radio.value === value;
        const line = find("[data-note]", field);
        if (line !== document.activeElement && !("typed" in line.dataset)) line.value = note ?? "";
        find("[data-photos]", field).textContent = (told.photos ?? 0) + mine.filter((item) => item.what === "photo").length || "";
        show(find("[data-disputed]", field), told.disputed && !answer);
        find("[data-said]", field).replaceChildren(...(told.said ?? []).map(({ words }) => Object.assign(document.createElement("li"), { textContent: words })));
        show(find("[data-mark=kept]", field), mine.length);
        show(find("[data-mark=sent]", field), !mine.length && (told.seen || told.photos));
      }
    };
    const look = async (how) => {
      const items = await survey.all();
      window.surveyBar(bar, items, how, look);
      if (form) paint(items);
    };
    const fresh = async () => {
      if (!form) return;
      const answer = await fetch(form.dataset.stateUrl, { headers: { "X-Part": "1", "X-User": me }, cache: "no-store" }).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      stand = await answer.json();
      try { localStorage.setItem(STAND, JSON.stringify(stand)); } catch { /* the page's own is older, no harm */ }
    };
    let timer = 0;
    const send = async () => {
      clearTimeout(timer);
      const how = await survey.send(bar.dataset.send);
      if (how === "sent") await fresh();
      await look(how);
      timer = setTimeout(send, EVERY);
    };
    window.surveyPage = { form, fields, stand: (key) => stand.lines?.[key] ?? {}, look, send, full: () => show(find("[data-when=full]", bar), true) };

    try { stand = JSON.parse(localStorage.getItem(STAND) ?? find("#survey-state")?.textContent ?? "{}"); } catch { stand = {}; }
    look("kept").then(send);
    window.addEventListener("online", send);
  });
})();
