// Native dialogs: data-dialog="id" opens one, data-close closes it; one that arrives with data-open opens itself.
(() => {
  "use strict";
  let opener = null;
  const show = (dialog) => {
    if (!dialog || dialog.open) return;
    opener = document.activeElement;
    dialog.showModal();
    // Where something is wrong, not where the dialog begins.
    (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("[data-focus]"))?.focus();
    dialog.addEventListener("close", () => {
      if (opener?.isConnected) opener.focus();
      document.dispatchEvent(new Event("dialog:closed"));
    }, { once: true });
  };
  const arrive = () => document.querySelectorAll("dialog[data-open]").forEach((dialog) => {
    dialog.removeAttribute("data-open");
    show(dialog);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dialog], [data-close]");
    if (!button) return;
    if (button.dataset.dialog) show(document.getElementById(button.dataset.dialog));
    else button.closest("dialog")?.close();
  });
  // The server closes what it opened: HX-Trigger: {"dialog:close": ""}.
  document.addEventListener("dialog:close", () => document.querySelectorAll("dialog[open]").forEach((d) => d.close()));
  document.addEventListener("DOMContentLoaded", arrive);
  document.addEventListener("htmx:afterSettle", arrive);
})();
