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
  document.addEventListener("htmx:afterSettle", (event) => {
    focusMarked(event.detail.target ?? document);
    for (const { hash } of document.querySelectorAll("#problems a[href*='#id_']")) document.getElementById(hash.slice(1))?.setAttribute("aria-invalid", "true");
  });

  // What was said to be missing is struck out as it comes, and the sentence goes with the last of it.
  document.addEventListener("poll:swapped", () => {
    const problem = document.querySelector("#problems [role=alert]");
    const missing = [...(problem?.querySelectorAll("li") ?? [])];
    for (const line of missing) {
      const { hash } = line.querySelector("a") ?? {};
      if (hash && document.getElementById(hash.slice(1))?.matches("[data-there]")) line.classList.add("done");
    }
    if (missing.length && missing.every((line) => line.matches(".done"))) problem.remove();
  });

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
  const hold = (form) => {
    form.dataset.sent = "";
    for (const button of buttons(form)) {
      button.dataset.busy = "";
      button.setAttribute("aria-disabled", "true");
    }
  };
  document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
    const other = "again" in form.dataset || form.method === "dialog" || form.target === "_blank";
    if (!defaultPrevented && !other) hold(form);
  });
  // htmx: a form is held, and a button of its own pressed, one request at a time.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (elt.matches("form")) hold(elt);
    else if (elt.matches("button, a") && "busy" in elt.dataset) event.preventDefault();
    else if (elt.matches("button, a")) elt.dataset.busy = "";
  });
  const failed = (shown) => document.querySelectorAll("[data-failed]").forEach((sentence) => { sentence.hidden = !shown; });
  // The token of now, not of when the page was opened: somebody may have signed in again in another tab meanwhile.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
    if (!token) return;
    event.detail.headers["X-CSRFToken"] = token;
    delete event.detail.parameters.csrfmiddlewaretoken;
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.matches("form")) free(detail.elt);
    else delete detail.elt.dataset.busy;
    // No answer, or one that is not shown on the page: say so, what was typed is still there.
    failed(!detail.xhr.status || detail.xhr.status >= 500 && detail.xhr.status !== 503);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(free);
  });
})();
