// A picture of the page goes along with a report of a fault, taken when the report is begun and covered (report-mask.js). The form
// shows it ([data-report-picture]) and may leave it out. window.reportPicture(): the picture as a data address, or "".
(() => {
  "use strict";
  const WIDEST = 1280;
  const MOST = 700000;
  let words = null;
  let picture = "";
  const own = async () => {
    words ??= fetch(`/support/report/words/?lang=${document.documentElement.lang}`, { headers: { "X-Part": "1" } })
      .then((answer) => { if (!answer.ok || answer.redirected) throw new Error(String(answer.status)); return answer.json(); })
      .then(({ marks }) => new Set(marks));
    try { return await words; } catch (error) { words = null; throw error; }
  };
  const draw = async (svg) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    const by = Math.min(1, WIDEST / image.width);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(image.width * by), Math.round(image.height * by)];
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  };
  const show = (canvas) => document.querySelectorAll("[data-report-picture]").forEach((place) => {
    if (place.querySelector("canvas") || !canvas) return;
    const small = document.createElement("canvas");
    [small.width, small.height] = [canvas.width / 2, canvas.height / 2];
    small.getContext("2d").drawImage(canvas, 0, 0, small.width, small.height);
    place.prepend(small);
    place.hidden = false;
  });
  let taken = null;
  const take = async () => {
    [taken, picture] = [null, ""];
    try {
      const canvas = await draw(window.maskedPage(await own()));
      const said = canvas.toDataURL("image/jpeg", 0.7);
      if (said.length < MOST) { [taken, picture] = [canvas, said]; show(canvas); }
    } catch {
      // No picture: the report goes without one.
    }
  };
  const begins = (element) => element.matches("a.report");
  document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (begins(detail.elt)) take(); });
  document.addEventListener("htmx:afterSettle", () => show(taken));
  window.reportPicture = (form) => (form.querySelector("[name=with_picture]")?.checked ? picture : "");
})();
