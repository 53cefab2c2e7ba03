// A report of something that does not work (form[data-report]) takes along what this page has seen go wrong; a call to
// support (form[data-about]) the code of the dossier that the page shows.
(() => {
  "use strict";
  const MOST = 5;
  const seen = [];
  const keep = (words) => {
    seen.push(String(words).slice(0, 200));
    if (seen.length > MOST) seen.shift();
  };
  const path = (address) => { try { return new URL(address, location.href).pathname; } catch { return ""; } };

  window.addEventListener("error", (event) => keep(`${event.message} ${path(event.filename)}:${event.lineno}`));
  window.addEventListener("unhandledrejection", (event) => keep(event.reason));
  document.addEventListener("htmx:responseError", ({ detail }) => keep(`${detail.xhr.status} ${path(detail.xhr.responseURL)}`));
  document.addEventListener("htmx:sendError", ({ detail }) => keep(`no answer ${path(detail.requestConfig?.path)}`));
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("form[data-about]")) target.elements.reference.value = document.querySelector("[data-code]")?.textContent.trim() ?? "";
  }, true);
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.elt.matches("form[data-report], form[data-report] *")) return;
    if (detail.verb !== "post") return; // known problems are looked for while somebody types
    const form = detail.elt.closest("form");
    form.dataset.clientKey ??= crypto.randomUUID?.() ?? "";
    detail.parameters.client_key = form.dataset.clientKey;
    detail.parameters.picture = window.reportPicture?.(form) ?? "";
    detail.parameters.page = location.pathname;
    detail.parameters.errors_seen = seen.join("\n");
  });
})();
