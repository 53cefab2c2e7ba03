// A form whose every change is kept (data-keep): what is being typed is sent before anything leads away from it.
(() => {
  "use strict";
  const SENTENCE = "[data-failed]";
  let sending = 0;
  const dirty = () => [...document.querySelectorAll("form[data-keep]")].filter((form) => "dirty" in form.dataset);
  const failed = (shown) => document.querySelectorAll(SENTENCE).forEach((sentence) => { sentence.hidden = !shown; });

  const typed = ({ target }) => {
    const form = target.form;
    if (form && "keep" in form.dataset) form.dataset.dirty = String(Date.now());
  };
  document.addEventListener("input", typed, true);
  document.addEventListener("change", typed, true);

  // What was on its way is kept once it is answered, unless somebody typed on meanwhile.
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (!detail.elt.matches("form[data-keep]")) return;
    sending += 1;
    detail.elt.dataset.sentFor = detail.elt.dataset.dirty ?? "";
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt;
    if (!form.matches("form[data-keep]")) return;
    sending = Math.max(0, sending - 1);
    if (detail.xhr.status >= 200 && detail.xhr.status < 300 && form.dataset.dirty === form.dataset.sentFor) delete form.dataset.dirty;
    if (!sending) document.dispatchEvent(new Event("keep:idle"));
  });
  const idle = () => sending ? new Promise((done) => document.addEventListener("keep:idle", done, { once: true })) : Promise.resolve();

  const send = async (form) => {
    const mark = form.dataset.dirty;
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken?.value;
    const body = new URLSearchParams(new FormData(form));
    body.delete("csrfmiddlewaretoken"); // of when the page was opened: the browser's own is in the header
    const answer = await fetch(form.action, {
      method: "POST", body, keepalive: true, redirect: "error",
      headers: { "X-CSRFToken": token, "HX-Request": "true", "X-User": document.body.dataset.user ?? "" },
    });
    if (!answer.ok) throw answer;
    if (form.dataset.dirty === mark) delete form.dataset.dirty;
  };

  // Why it was not kept, in the server's words where it has some; there was no answer or it broke: the page's own.
  const refused = async (answer) => {
    const said = answer.status >= 400 && answer.status < 500 && await answer.text();
    if (!said) failed(true);
    else if (answer.status === 401) document.dispatchEvent(new CustomEvent("session:ended", { detail: said }));
    else document.getElementById("problems").innerHTML = said;
  };

  const first = (then) => idle().then(() => Promise.all(dirty().map(send))).then(then, refused);
  // A key, a link or another button: first what was typed, then the way there. Not kept: the page stays and says why.
  document.addEventListener("htmx:confirm", (event) => {
    if (event.detail.elt.matches("form[data-keep], [data-poll]") || !dirty().length) return;
    event.preventDefault();
    first(() => event.detail.issueRequest(true));
  });
  // A paper made of what was typed ([data-of-form]) opens when the last word is kept.
  document.addEventListener("click", (event) => {
    const paper = event.target.closest("a[data-of-form]");
    if (!paper || !dirty().length) return;
    event.preventDefault();
    first(() => open(paper.href));
  });
  // The page goes away (F5, another tab, closing): no time to wait, the browser sends it on.
  const leave = () => dirty().forEach((form) => send(form).catch(() => {}));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  window.addEventListener("pagehide", leave);
})();
