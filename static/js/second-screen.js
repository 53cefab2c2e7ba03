// What the citizen touched as wrong on the screen of the counter is marked beside its field too: [data-wrong-field] names
// the field, [data-wrong-line] a line of the person ([data-line]), data-says the words.
(() => {
  "use strict";
  const all = (what) => [...document.querySelectorAll(what)];
  const mark = () => {
    const wrong = all("[data-wrong-field]");
    all(".citizen-says").forEach((note) => { if (!wrong.some((one) => one.dataset.wrongField === note.dataset.of)) note.remove(); });
    wrong.forEach((one) => {
      const input = document.getElementById(`id_${one.dataset.wrongField}`);
      const id = `says_${one.dataset.wrongField}`;
      if (!input || document.getElementById(id)) return;
      const note = Object.assign(document.createElement("p"), { id, className: "citizen-says", textContent: one.dataset.says });
      note.dataset.of = one.dataset.wrongField;
      input.before(note);
    });
    const lines = all("[data-wrong-line]").map((one) => one.dataset.wrongLine);
    all("[data-line]").forEach((line) => line.classList.toggle("citizen-wrong", lines.includes(line.dataset.line)));
  };
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("poll:swapped", mark);
  document.addEventListener("htmx:afterSettle", mark);
})();
