// What is typed into a form whose every change is kept (data-keep) and is not kept yet: window.typed.forms(), and
// window.typed.idle() when nothing of it is under way. keep.js sends it before anything leads away.
(() => {
  "use strict";
  const underWay = new Map(); // each request, and what had been typed when it was sent
  let marks = 0;
  let swapping = false;
  const isKept = (elt) => elt.matches("form[data-keep]");
  const forms = () => [...document.querySelectorAll("form[data-keep]")].filter((form) => "dirty" in form.dataset);
  const typedSince = (form, mark) => "dirty" in form.dataset && form.dataset.dirty !== mark;
  const sent = (form) => (form.dataset.sentFor = form.dataset.dirty ?? "");

  document.addEventListener("input", ({ target: { form } }) => { if (form && isKept(form)) form.dataset.dirty = marks += 1; }, true);
  document.addEventListener("change", (event) => {
    const { form } = event.target;
    if (!form || !isKept(form)) return;
    // A browser calls it a change when the field under the fingers goes with its part; nobody left it, and it was sent.
    if (swapping && !typedSince(form, form.dataset.sentFor)) event.stopImmediatePropagation();
    else form.dataset.dirty = marks += 1;
  }, true);
  // Until the script that swaps has ended: a swap comes all at once.
  const swaps = () => {
    swapping = true;
    queueMicrotask(() => { swapping = false; });
  };

  // Kept once it is answered, unless somebody typed on meanwhile. A form that has gone does not hear of its answer.
  document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr } }) => {
    if (!isKept(elt)) return;
    underWay.set(xhr, sent(elt));
    xhr.addEventListener("loadend", () => {
      underWay.delete(xhr);
      if (!underWay.size) document.dispatchEvent(new Event("keep:idle"));
    });
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (isKept(elt) && Math.trunc(xhr.status / 100) === 2 && !typedSince(elt, underWay.get(xhr))) delete elt.dataset.dirty;
  });
  // Nor do its fields come anew then.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const form = detail.requestConfig.elt;
    if (form.contains(detail.target) && typedSince(form, underWay.get(detail.xhr))) detail.shouldSwap = false;
    else swaps();
  });
  // What was kept before a way off is not sent behind it.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, triggeringEvent } = event.detail;
    if (isKept(elt) && ["input", "change"].includes(triggeringEvent?.type) && !("dirty" in elt.dataset)) event.preventDefault();
  });
  const idle = async () => { while (underWay.size) await new Promise((done) => document.addEventListener("keep:idle", done, { once: true })); };

  window.typed = { forms, idle, isKept, sent, swaps };
})();
