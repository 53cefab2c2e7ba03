// A signature drawn on a canvas goes into the form's hidden field as a PNG picture when the form is sent. An untouched
// canvas sends nothing; without this script the field stays hidden and the paper's tick box does the work.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const pad = document.querySelector("[data-signature]");
    const canvas = pad?.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    if (!pen) return;
    const field = pad.querySelector("input[type=hidden]");
    let touched = false;
    const blank = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      touched = false;
      field.value = "";
    };
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...place(event));
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      pen.lineTo(...place(event));
      pen.stroke();
      touched = true;
    });
    pad.querySelector("[data-signature-clear]").addEventListener("click", blank);
    // Before page.js holds the form.
    field.form.addEventListener("submit", () => { field.value = touched ? canvas.toDataURL("image/png") : ""; });
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1c1917";
    blank();
    pad.hidden = false;
  });
})();
