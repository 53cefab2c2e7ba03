// What is typed into a form ([data-ask]) and not sent: the browser asks before the page goes, also with another of its forms, and
// a text that would come in its place ([data-over="the form"]) asks with its own question.
(() => {
  "use strict";
  let sent = null;
  const isTyped = (form) => form !== null && "typed" in form.dataset;
  const note = ({ target: { form } }) => { if (form?.matches("[data-ask]")) form.dataset.typed = ""; };
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  // One that htmx sends leads nowhere.
  window.addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = event.target; });
  window.addEventListener("beforeunload", (event) => {
    const left = [...document.querySelectorAll("form[data-ask]")].filter((form) => form !== sent && isTyped(form));
    sent = null;
    if (left.length) event.preventDefault();
  });
  document.addEventListener("htmx:confirm", (event) => {
    const { over, question } = event.detail.elt.dataset;
    if (over && isTyped(document.querySelector(over)) && !window.confirm(question)) event.preventDefault();
  });
})();
