// A form whose every change is kept (data-keep): what is being typed (typed.js) is sent before anything leads away from it.
(() => {
  "use strict";
  const { forms, idle, isKept, sent, swaps } = window.typed;

  const send = async (form) => {
    const mark = form.dataset.dirty;
    sent(form);
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken?.value;
    const body = new URLSearchParams(new FormData(form));
    body.delete("csrfmiddlewaretoken"); // the browser's own is in the header
    const answer = await fetch(form.action, {
      method: "POST", body, keepalive: true, redirect: "error",
      headers: { "X-CSRFToken": token, "HX-Request": "true", "X-User": document.body.dataset.user ?? "" },
    });
    const fields = [200, 422].includes(answer.status) && !answer.headers.has("HX-Retarget") && form.getAttribute("hx-target");
    const html = fields && await answer.text();
    if (form.dataset.dirty !== mark && (fields || answer.ok)) return; // typed on: it is sent anew
    if (fields) {
      swaps();
      keepingCaret(() => htmx.swap(fields, html, { swapStyle: "innerHTML" }));
    }
    if (!answer.ok) throw fields ? form : answer;
    delete form.dataset.dirty;
  };

  // Why it was not kept: beside its fields, in the server's words, or the page's own.
  const refused = async (answer) => {
    if (answer.elements) return answer.querySelector("[aria-invalid]")?.focus();
    const said = answer.status >= 400 && answer.status < 500 && await answer.text();
    if (!said) document.querySelectorAll("[data-failed]").forEach((sentence) => { sentence.hidden = false; });
    else if (answer.status === 401) document.dispatchEvent(new CustomEvent("session:ended", { detail: said }));
    else document.getElementById("problems").innerHTML = said;
  };

  // Somebody may type on while it is sent.
  const all = async () => {
    await idle();
    if (!forms().length) return;
    await Promise.all(forms().map(send));
    await all();
  };
  const first = (then) => all().then(then, refused);
  // A way off: first what was typed. Not kept: the page stays and says why. A dialog that reports a fault leads nowhere.
  document.addEventListener("htmx:confirm", (event) => {
    if (isKept(event.detail.elt) || event.detail.elt.matches("[data-poll], [hx-target='#report-place'], #alike") || !forms().length) return;
    event.preventDefault();
    first(() => event.detail.issueRequest(true));
  });
  // A paper made of what was typed opens when that is kept.
  document.addEventListener("click", (event) => {
    const paper = event.target.closest("a[data-of-form]");
    if (!paper || !forms().length) return;
    event.preventDefault();
    first(() => open(paper.href));
  });
  // The page goes away (F5, closing): no time to wait, the browser sends it on.
  const leave = () => forms().forEach((form) => send(form).catch(() => {}));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  window.addEventListener("pagehide", leave);
})();
