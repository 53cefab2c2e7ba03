// A session that ended, or became somebody else's (401): its sentence stands where the eye is, and goes once all is well.
(() => {
  "use strict";
  const SENTENCE = "[data-session]";
  // A dialog lies over everything else; a page without a place for problems gets one above its content.
  const place = () => {
    const around = document.querySelector("dialog[open]") ?? document.getElementById("problems") ?? document.querySelector("main");
    if (around.id === "problems") return around;
    const found = around.querySelector(":scope > .problems") ?? document.createElement("div");
    found.className = "problems";
    if (!found.isConnected) around.prepend(found);
    return found;
  };
  const clear = () => document.querySelectorAll(SENTENCE).forEach((sentence) => sentence.remove());
  document.addEventListener("session:ended", (event) => {
    event.preventDefault();
    const said = document.createElement("template");
    said.innerHTML = event.detail;
    if (place().querySelector(SENTENCE)?.textContent === said.content.querySelector(SENTENCE)?.textContent) return;
    clear();
    place().replaceChildren(said.content);
  });
  // Whose page this is: nothing is done in the name of somebody who has signed in since (portal.middleware).
  document.addEventListener("htmx:configRequest", ({ detail }) => { detail.headers["X-User"] = document.body.dataset.user ?? ""; });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status !== 401) return;
    clear();
    detail.target = place();
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr.status >= 200 && detail.xhr.status < 400) clear();
  });
  document.addEventListener("poll:swapped", clear);
})();
