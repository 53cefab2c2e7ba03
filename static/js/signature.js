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
    // What was signed before a refusal comes back in the field: nobody signs twice for somebody else's slip.
    const restore = (drawn) => {
      if (!drawn) return;
      const picture = new Image();
      picture.src = field.value = drawn;
      picture.decode().then(() => { if (field.value && !touched) pen.drawImage(picture, 0, 0); }, blank);
    };
    // Before page.js holds the form.
    field.form.addEventListener("submit", () => { if (touched) field.value = canvas.toDataURL("image/png"); });
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#1c1917";
    const before = field.value;
    blank();
    restore(before);
    pad.hidden = false;
  });
})();
