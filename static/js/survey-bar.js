// window.surveyBar(bar, items, how, look): what this device has not sent yet, in the words of the page ([data-waiting]), and what
// was refused, each with its reason. how: "sent", "kept" or "sign-in".
(() => {
  "use strict";
  const me = () => document.body.dataset.user;
  const asked = ({ question }) => document.querySelector(`[data-question="${question}"] legend`)?.textContent.trim();
  window.surveyBar = (bar, items, how, look) => {
    const mine = items.filter((item) => item.user === me() && !item.refused);
    const others = items.filter((item) => item.user !== me()).length;
    const states = {
      sent: !mine.length && how === "sent", kept: mine.length && how !== "sign-in", "sign-in": mine.length && how === "sign-in", others,
    };
    for (const [name, yes] of Object.entries(states)) {
      const words = bar.querySelector(`[data-when=${name}]`);
      words.hidden = !yes;
      const count = words.querySelector("[data-count]");
      if (count) count.textContent = name === "others" ? others : mine.length;
    }
    const refused = items.filter((item) => item.refused && item.user === me());
    const list = bar.querySelector("[data-refused]");
    list.hidden = !refused.length;
    list.replaceChildren(...refused.map((item) => {
      const row = bar.querySelector("template").content.cloneNode(true);
      row.querySelector("[data-why]").textContent = asked(item) ? `${asked(item)}: ${item.refused}` : item.refused;
      row.querySelector("button").addEventListener("click", async () => { await window.survey.drop(item.n); look("kept"); });
      return row;
    }));
  };
})();
