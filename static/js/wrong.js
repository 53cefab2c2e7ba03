// What is wrong with a field comes while the form is filled in (htmx out of band): not over the one being typed in.
(() => {
  "use strict";
  const inputOf = (box) => (box.id.endsWith("_error") ? document.getElementById(box.id.replace(/_error$/, "")) : null);
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const input = inputOf(detail.target);
    if (!input) return;
    const isWrong = detail.fragment.querySelector("p") !== null;
    if (isWrong && input === document.activeElement && !detail.target.childElementCount) {
      detail.shouldSwap = false;
      return;
    }
    input.toggleAttribute("aria-invalid", isWrong);
    if (isWrong) input.setAttribute("aria-invalid", "true");
    const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== detail.target.id);
    const ids = isWrong ? [...others, detail.target.id] : others;
    if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
    else input.removeAttribute("aria-describedby");
    input.closest(".field")?.classList.toggle("invalid", isWrong);
  });
})();
