// A scan at the desk. [data-scan-files]: its file field is empty again once the file lies at the desk. [data-crop]: a frame
// drawn on the picture fills in the four numbers beside it, and the numbers draw the frame.
(() => {
  "use strict";
  const filesOf = (form) => form.querySelector("[type=file]");
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.elt.matches("[data-scan-files]")) detail.elt.sent = filesOf(detail.elt).files[0];
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    // What was chosen meanwhile is sent next.
    if (detail.elt.matches("[data-scan-files]") && filesOf(detail.elt).files[0] === detail.elt.sent) filesOf(detail.elt).value = "";
  });
  // The code is of no use once a phone has it, or the link is over.
  const tidy = () => document.querySelectorAll(".scan").forEach((place) => {
    if (!place.querySelector("[data-phone=waited]")) place.querySelector(".scan-phone")?.remove();
  });
  document.addEventListener("poll:swapped", tidy);
  document.addEventListener("htmx:afterSettle", tidy);

  const EDGES = ["left", "top", "right", "bottom"];
  const MOST = 95;
  const whole = (number) => Math.min(MOST, Math.max(0, Math.round(number * 100)));

  const frame = (area) => {
    if (area.framed) return;
    area.framed = true;
    const fields = EDGES.map((name) => area.closest("form").elements[name]);
    const box = document.createElement("span");
    box.className = "crop-box";
    box.hidden = true;
    area.append(box);
    const draw = () => {
      EDGES.forEach((name, at) => { box.style[name] = `${Number(fields[at].value) || 0}%`; });
      box.hidden = !fields.some((field) => Number(field.value));
    };
    let from = null;
    const where = (event) => {
      const { left, top, width, height } = area.getBoundingClientRect();
      return [(event.clientX - left) / width, (event.clientY - top) / height].map((part) => Math.min(1, Math.max(0, part)));
    };
    area.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      area.setPointerCapture(event.pointerId);
      from = where(event);
    });
    area.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = where(event);
      const [x, y] = [0, 1].map((axis) => [from[axis], to[axis]].sort((a, b) => a - b));
      [x[0], y[0], 1 - x[1], 1 - y[1]].forEach((part, at) => { fields[at].value = whole(part); });
      draw();
    });
    const end = () => { from = null; };
    area.addEventListener("pointerup", end);
    area.addEventListener("pointercancel", end);
    fields.forEach((field) => field.addEventListener("input", draw));
    draw();
  };
  const start = () => document.querySelectorAll("[data-crop]").forEach(frame);
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", start);
})();
