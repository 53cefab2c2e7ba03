// Another language or larger print loads the page anew: what was typed into its forms comes along, in this tab only and
// once. Passwords, files and hidden fields stay behind; a form whose every change is kept (data-keep) needs none of it.
(() => {
  "use strict";
  const PLACE = "switched";
  const here = () => location.pathname + location.search;
  const fields = () => [...document.querySelectorAll("main form:not(.switch, [data-keep]) [name]")].filter((field) =>
    field.matches("input, textarea, select") && !["hidden", "password", "file", "submit", "button"].includes(field.type));
  const changed = (field) => /^(checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked
    : field.matches("select") ? [...field.options].some((o) => o.selected !== o.defaultSelected) : field.value !== field.defaultValue;

  document.addEventListener("submit", ({ target }) => {
    if (!target.matches("form.switch")) return;
    const typed = fields().map((field, index) => [index, field.name, changed(field), field.value, field.checked]).filter((it) => it[2]);
    try {
      if (typed.length) sessionStorage.setItem(PLACE, JSON.stringify({ at: here(), typed }));
    } catch {
      // No storage: the page comes back as the server knows it.
    }
  }, true);

  document.addEventListener("DOMContentLoaded", () => {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(PLACE));
      sessionStorage.removeItem(PLACE);
    } catch {
      return;
    }
    if (kept?.at !== here()) return;
    const all = fields();
    kept.typed.forEach(([index, name, , value, checked]) => {
      const field = all[index];
      if (field?.name !== name) return;
      if (/^(checkbox|radio)$/.test(field.type)) field.checked = checked;
      else field.value = value;
    });
  });
})();
