// [data-capture]: a picture that was taken is sent at once; what is needed without a script ([data-without-script], the bare
// file field) is out of the way.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-without-script]").forEach((button) => { button.hidden = true; });
    document.querySelectorAll("[data-capture]").forEach((form) => {
      const field = form.querySelector("input[type=file]");
      form.classList.add("scripted");
      field.addEventListener("change", () => {
        if (!field.files.length || "busy" in form.dataset) return;
        form.dataset.busy = "";
        document.querySelectorAll("[data-sending]").forEach((sentence) => { sentence.hidden = false; });
        form.submit();
      });
    });
  });
  // Back from the camera's page or by the browser's button: it may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-capture]").forEach((form) => { delete form.dataset.busy; });
    document.querySelectorAll("[data-sending]").forEach((sentence) => { sentence.hidden = true; });
  });
})();
