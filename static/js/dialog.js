// Native dialogs: data-dialog="id" opens one, data-close closes it; one that arrives with data-open opens itself. One that
// was opened while the page was on its way anew (htmx, target body) lies over the page that comes, as it was.
(() => {
  "use strict";
  let opener = null;
  const opened = () => [...document.querySelectorAll("dialog[open]")].pop();
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

  const before = new WeakMap(); // each request for the whole page, and the dialog open when it was sent
  let stays = () => {};
  document.addEventListener("htmx:beforeSend", ({ detail: { target, xhr } }) => {
    if (target === document.body) before.set(xhr, opened());
  });
  document.addEventListener("htmx:beforeSwap", ({ detail: { shouldSwap, target, xhr } }) => {
    const dialog = opened();
    stays = () => {};
    if (!shouldSwap || !dialog || target !== document.body || before.get(xhr) === dialog) return;
    const field = document.activeElement;
    stays = () => {
      const twin = document.getElementById(dialog.id);
      if (twin) twin.replaceWith(dialog);
      else document.getElementById("dialog")?.replaceChildren(dialog);
      dialog.removeAttribute("open"); // it left the top layer with its page
      if (!dialog.isConnected) return;
      dialog.showModal();
      window.htmx.process(dialog);
      if (dialog.contains(field)) field.focus();
    };
  });
  document.addEventListener("htmx:afterSwap", () => {
    stays();
    stays = () => {};
  });
  document.addEventListener("DOMContentLoaded", arrive);
  document.addEventListener("htmx:afterSettle", arrive);
})();
