// What a citizen tells (form[data-tell]) is kept on the device when there is no line (report-kept.js), and the page says so.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-tell]");
    const kept = document.querySelector("[data-tell-kept]");
    form?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { csrfmiddlewaretoken: token, ...fields } = Object.fromEntries(new FormData(form));
      let answer = null;
      try {
        answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": token }, signal: AbortSignal.timeout(30000) });
      } catch {
        if (window.keptReports.keep(new URL(form.action).pathname, fields)) {
          try { sessionStorage.removeItem("client-key:tell"); } catch { /* the next one is written on a fresh page */ }
          form.hidden = true;
          kept.hidden = false;
          kept.focus();
          return;
        }
      }
      if (answer?.ok) location.assign(answer.url);
      else form.submit(); // as without a script: the page says what is wrong, or the browser that there is no line
    });
  });
})();
