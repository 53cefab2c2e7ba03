// Reporting from a page of staff while there is no line: what was chosen in the dialog is kept (report-kept.js); where the dialog
// itself does not come, one that lies in the page ([data-report-without-line]) takes its place.
(() => {
  "use strict";
  const keep = (fields) => {
    const { client_key = crypto.randomUUID?.() ?? String(Math.random()).slice(2).padEnd(32, "0"), ...said } = fields;
    const isKept = window.keptReports.keep("/support/report/", { ...said, client_key });
    if (!isKept) return;
    document.querySelectorAll("#report-dialog").forEach((dialog) => { dialog.close(); dialog.remove(); });
    document.dispatchEvent(new CustomEvent("announce", { detail: document.querySelector("[data-reports=kept]")?.textContent }));
  };
  const ask = (kind) => {
    const place = document.getElementById("report-place");
    place.replaceChildren(document.querySelector("[data-report-without-line]").content.cloneNode(true));
    const dialog = place.querySelector("dialog");
    if (kind) dialog.querySelector("[name=kind]").value = kind;
    dialog.showModal();
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = Object.fromEntries(new FormData(event.target, event.submitter));
      keep({ ...fields, page: location.pathname });
    });
  };
  // A page that lives without htmx, such as the checklist of a survey.
  document.addEventListener("click", (event) => {
    if (window.htmx || navigator.onLine || !event.target.closest("a.report")) return;
    event.preventDefault();
    ask();
  });
  const failed = ({ detail }) => {
    const { elt, requestConfig } = detail;
    if (!elt.matches("a.report, [hx-target='#report-place']")) return;
    // The page says otherwise that it did not get through.
    document.querySelectorAll("[data-failed]").forEach((sentence) => { sentence.hidden = true; });
    const { csrfmiddlewaretoken: _token, ...fields } = Object.fromEntries(Object.entries(requestConfig.parameters));
    if (elt.matches("form[data-report]")) keep(fields);
    else ask(fields.kind);
  };
  // A line may also die without a word.
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
})();
