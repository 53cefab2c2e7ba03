// Every page: announcements, focus where the server asks for it, and one submission a form.
(() => {
  "use strict";

  // Say a sentence to screen readers: dispatch "announce" (also from a server's HX-Trigger header).
  const announce = (text) => {
    const region = document.getElementById("announce");
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  };
  document.addEventListener("announce", (event) => announce(event.detail?.value ?? event.detail));

  const focusMarked = (root) => root.querySelector?.("[data-focus]")?.focus();
  document.addEventListener("DOMContentLoaded", () => focusMarked(document));
  document.addEventListener("htmx:afterSettle", (event) => focusMarked(event.detail.target ?? document));

  // A form is sent once. Its button keeps its words; coming back by the browser's button frees it again.
  const buttons = (form) => [...document.querySelectorAll("button:not([type=button]), input[type=submit]")].filter((b) => b.form === form);
  const free = (form) => {
    delete form.dataset.sent;
    for (const button of buttons(form)) {
      delete button.dataset.busy;
      button.removeAttribute("aria-disabled");
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("sent" in form.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const handled = form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]");
    if ("again" in form.dataset || form.method === "dialog" || form.target === "_blank") return;
    if (event.defaultPrevented && !handled) return;
    form.dataset.sent = "";
    for (const button of buttons(form)) {
      button.dataset.busy = "";
      button.setAttribute("aria-disabled", "true");
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt?.closest?.("form");
    if (form) free(form);
    delete event.detail.elt?.dataset.busy;
  });
  // A button of its own (hx-post without a form) is also pressed once at a time.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const elt = event.detail.elt;
    if (!elt?.matches?.("button, a")) return;
    if ("busy" in elt.dataset) event.preventDefault();
    else elt.dataset.busy = "";
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(free);
  });
})();
