// What is touched on the checklist (survey.js) is kept on the device, then sent; its pages are kept for where there is no line.
(() => {
  "use strict";
  const { survey } = window;
  document.addEventListener("DOMContentLoaded", () => {
    const { form, fields, stand, look, send, full } = window.surveyPage;
    const keep = async (item) => {
      try {
        await survey.add({ centre: form.dataset.survey, ...item });
      } catch {
        full();
        return;
      }
      await look("kept");
      send();
    };
    for (const [question, field] of fields) {
      const note = field.querySelector("[data-note]");
      const answer = () => {
        const value = field.querySelector("[type=radio]:checked")?.value;
        if (!value) return; // the words stay, and go with the answer
        delete note.dataset.typed;
        keep({ what: "answer", question, value, note: note.value, seen: stand(question).seen ?? 0 });
      };
      field.querySelectorAll("[type=radio]").forEach((radio) => radio.addEventListener("change", answer));
      note.addEventListener("input", () => { note.dataset.typed = ""; });
      note.addEventListener("change", answer);
      const photo = field.querySelector("[data-photo]");
      photo.addEventListener("change", async () => {
        const [file] = photo.files;
        if (!file) return;
        const small = await window.smallPicture(file).catch(() => null);
        photo.value = "";
        field.querySelector("[data-not-a-picture]").hidden = small !== null;
        if (small) keep({ what: "photo", question, photo: small });
      });
    }
    form?.addEventListener("submit", (event) => event.preventDefault());
    form?.querySelector("[data-finish]").addEventListener("click", async () => {
      const done = form.querySelector("[data-finished]");
      await keep({ what: "finish" });
      done.hidden = false;
      await send();
      done.hidden = (await survey.all()).some(({ what, refused }) => what === "finish" && refused);
    });

    // The page that is open, and the list, for the next time without a line.
    const bar = document.querySelector("[data-waiting]");
    if (!navigator.serviceWorker) return;
    navigator.serviceWorker.register(bar.dataset.worker, { scope: "/support/survey/" }).catch(() => {});
    navigator.serviceWorker.ready.then(({ active }) => active.postMessage(location.pathname));
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      document.documentElement.dataset.kept = data.kept.includes(location.pathname) ? "whole" : "";
      document.querySelectorAll("[data-place]").forEach((place) => { place.querySelector("[data-on-device]").hidden = !data.kept.includes(place.dataset.place); });
    });
  });
})();
