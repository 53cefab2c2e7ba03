// A form whose every change is kept (data-keep): what is being typed is sent before anything leads away from it.
(() => {
  "use strict";
  let sending = 0;
  const dirty = () => [...document.querySelectorAll("form[data-keep]")].filter((form) => "dirty" in form.dataset);
  const isKept = (elt) => elt.matches("form[data-keep]");

  const typed = ({ target }) => {
    const { form } = target;
    if (form && isKept(form)) form.dataset.dirty = Date.now();
  };
  document.addEventListener("input", typed, true);
  document.addEventListener("change", typed, true);

  // Kept once it is answered, unless somebody typed on meanwhile.
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (!isKept(detail.elt)) return;
    sending += 1;
    detail.elt.dataset.sentFor = detail.elt.dataset.dirty ?? "";
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt;
    if (!isKept(form)) return;
    sending = Math.max(0, sending - 1);
    if (Math.trunc(detail.xhr.status / 100) === 2 && form.dataset.dirty === form.dataset.sentFor) delete form.dataset.dirty;
    if (!sending) document.dispatchEvent(new Event("keep:idle"));
  });
  // Nor do its fields come anew then.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const form = detail.requestConfig.elt;
    if (form.contains(detail.target) && form.dataset.dirty !== form.dataset.sentFor) detail.shouldSwap = false;
  });
  const idle = async () => sending && new Promise((done) => document.addEventListener("keep:idle", done, { once: true }));

  const send = async (form) => {
    const mark = form.dataset.dirty;
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken?.value;
    const body = new URLSearchParams(new FormData(form));
    body.delete("csrfmiddlewaretoken"); // the browser's own is in the header
    const answer = await fetch(form.action, {
      method: "POST", body, keepalive: true, redirect: "error",
      headers: { "X-CSRFToken": token, "HX-Request": "true", "X-User": document.body.dataset.user ?? "" },
    });
    const same = form.dataset.dirty === mark;
    const fields = [200, 422].includes(answer.status) && !answer.headers.has("HX-Retarget") && form.getAttribute("hx-target");
    if (fields && same) htmx.swap(fields, await answer.text(), { swapStyle: "innerHTML" });
    if (!answer.ok) throw fields ? form : answer;
    if (same) delete form.dataset.dirty;
  };

  // Why it was not kept: beside its fields, in the server's words, or the page's own.
  const refused = async (answer) => {
    if (answer.elements) return answer.querySelector("[aria-invalid]")?.focus();
    const said = answer.status >= 400 && answer.status < 500 && await answer.text();
    if (!said) document.querySelectorAll("[data-failed]").forEach((sentence) => { sentence.hidden = false; });
    else if (answer.status === 401) document.dispatchEvent(new CustomEvent("session:ended", { detail: said }));
    else document.getElementById("problems").innerHTML = said;
  };

  const first = (then) => idle().then(() => Promise.all(dirty().map(send))).then(then, refused);
  // A way off: first what was typed. Not kept: the page stays and says why.
  document.addEventListener("htmx:confirm", (event) => {
    if (isKept(event.detail.elt) || event.detail.elt.matches("[data-poll]") || !dirty().length) return;
    event.preventDefault();
    first(() => event.detail.issueRequest(true));
  });
  // A paper made of what was typed opens when that is kept.
  document.addEventListener("click", (event) => {
    const paper = event.target.closest("a[data-of-form]");
    if (!paper || !dirty().length) return;
    event.preventDefault();
    first(() => open(paper.href));
  });
  // The page goes away (F5, closing): no time to wait, the browser sends it on.
  const leave = () => dirty().forEach((form) => send(form).catch(() => {}));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  window.addEventListener("pagehide", leave);
})();
