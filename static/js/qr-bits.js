// window.drawCode(svg, code): a QR code from its modules, row by row and packed into base64 (centres/line.py), into the
// svg's one path, with two modules of white around it.
(() => {
  "use strict";
  window.drawCode = (svg, code) => {
    const bits = [...atob(code)].map((byte) => byte.charCodeAt(0).toString(2).padStart(8, "0")).join("");
    const size = Math.floor(Math.sqrt(bits.length));
    const dark = [];
    for (let at = 0; at < size * size; at += 1) if (bits[at] === "1") dark.push(`M${(at % size) + 2} ${Math.floor(at / size) + 2}h1v1h-1z`);
    svg.setAttribute("viewBox", `0 0 ${size + 4} ${size + 4}`);
    svg.firstElementChild.setAttribute("d", dark.join(""));
  };
})();
