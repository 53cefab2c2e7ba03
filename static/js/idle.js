// The kiosk goes back to its start when nobody is there: body[data-idle="60"][data-idle-url]. It asks 15 seconds before.
(() => {
  "use strict";
  const WARN_SECONDS = 15;
  document.addEventListener("DOMContentLoaded", () => {
    const { idle, idleUrl } = document.body.dataset;
    if (!idle || !idleUrl) return;
    const limit = Math.max(Number(idle), WARN_SECONDS + 5);
    const dialog = document.getElementById("idle-warning");
    let left = limit;
    let touching = 0;
    const awake = () => {
      left = limit;
      if (dialog?.open) dialog.close();
    };
    addEventListener("pointerdown", (event) => {
      touching += 1;
      left = limit;
      // A touch on the dialog is for its own button; closing under the finger would lose the tap.
      if (!dialog?.contains(event.target)) awake();
    }, true);
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { touching = Math.max(0, touching - 1); left = limit; }, true);
    for (const sign of ["keydown", "input", "wheel"]) addEventListener(sign, awake, true);
    addEventListener("scroll", () => { left = Math.max(left, limit - 1); }, true);
    addEventListener("blur", () => { touching = 0; });
    const watch = setInterval(() => {
      if (touching) return;
      left -= 1;
      if (left <= 0) {
        clearInterval(watch);
        location.replace(idleUrl);
      } else if (left <= WARN_SECONDS && dialog) {
        dialog.querySelector("[data-idle-left]").textContent = left;
        if (!dialog.open) dialog.showModal();
      }
    }, 1000);
  });
})();
