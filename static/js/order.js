// The whole page comes anew (htmx, target body) while somebody quicker than the server does the next thing: an answer that
// was overtaken is not shown over what came later, and a dialog asked for meanwhile opens on the page that came.
(() => {
  "use strict";
  const sent = new WeakMap(); // each request for the whole page: its number, and whether it only asks
  let count = 0;
  let shown = 0;
  const again = () => {
    if (!document.querySelector("dialog[open]")) window.htmx.ajax("GET", location.href, { target: "body", swap: "innerHTML" });
  };

  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    const { target, xhr, requestConfig } = detail;
    if (target === document.body) sent.set(xhr, { number: count += 1, asks: requestConfig.verb === "get" });
    if (target.id !== "dialog") return;
    // Its place may have gone with the page: before htmx takes the answer.
    xhr.addEventListener("readystatechange", () => {
      if (!detail.target.isConnected) detail.target = document.getElementById("dialog") ?? detail.target;
    });
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const request = sent.get(detail.xhr);
    if (!request || detail.target !== document.body) return;
    if (!request.asks && request.number < shown) {
      // What it did may be missing on the page that overtook it.
      detail.shouldSwap = false;
      again();
    } else if (request.asks && request.number < count) detail.shouldSwap = false;
    else shown = Math.max(shown, request.number);
  });
})();
