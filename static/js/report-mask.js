// window.maskedPage(words): this page as an SVG that shows the portal's own sentences and nothing else. Of every other text, and of
// what is typed, only dots stand there; codes and pictures are left out. words: Set of marks (support/own_words.py).
(() => {
  "use strict";
  const DOTS = "•••";
  const XHTML = "http://www.w3.org/1999/xhtml";
  const SVG = "http://www.w3.org/2000/svg";
  const KEPT = ["class", "id", "type", "hidden", "open", "checked", "disabled", "colspan", "rowspan", "rows", "cols", "size", "lang", "dir"];
  const GONE = "head, script, template, noscript, iframe, video, audio, canvas, object, embed, svg:not(.icon), datalist, #report-place > *";

  const mark = (text) => {
    let [first, second] = [0x811c9dc5, 0x9747b28c];
    for (let place = 0; place < text.length; place += 1) {
      const unit = text.charCodeAt(place);
      first = Math.imul(first ^ unit, 0x01000193) >>> 0;
      second = Math.imul(second ^ unit, 0x5bd1e995) >>> 0;
    }
    return first.toString(16).padStart(8, "0") + second.toString(16).padStart(8, "0");
  };
  const styles = () => [...document.styleSheets].filter(({ media }) => media.mediaText !== "print")
    .flatMap((sheet) => [...sheet.cssRules]).filter((rule) => !(rule instanceof CSSFontFaceRule)).map((rule) => rule.cssText).join("\n");

  window.maskedPage = (words) => {
    const own = (text) => words.has(mark(text.trim().replace(/\s+/g, " ")));
    const covered = (text) => (own(text) ? text : text.replace(/\S+/g, DOTS));
    const copy = document.documentElement.cloneNode(true);
    // What stands in a field is no part of the copy: it is asked of the page itself, before anything is taken away.
    const twins = [...document.documentElement.querySelectorAll("*")];
    [...copy.querySelectorAll("*")].forEach((element, place) => {
      const live = twins[place];
      const typed = live.matches("input:not([type=checkbox], [type=radio], [type=hidden]), textarea") && live.value ? DOTS : "";
      const hint = live.getAttribute("placeholder");
      const label = live.dataset?.label;
      const isDrawing = element.closest("svg.icon") !== null;
      if (!isDrawing) for (const { name } of [...element.attributes]) if (!KEPT.includes(name)) element.removeAttribute(name);
      if (live.matches("input") && typed) element.setAttribute("value", typed);
      if (live.matches("input, textarea") && hint) element.setAttribute("placeholder", covered(hint));
      if (label && own(label)) element.setAttribute("data-label", label);
      if (live.matches("textarea")) element.textContent = typed;
      if (live.matches("[type=checkbox], [type=radio]")) element.toggleAttribute("checked", live.checked);
      if (live.matches("option") && live.selected) element.setAttribute("selected", "");
    });
    copy.querySelectorAll(GONE).forEach((element) => element.remove());
    const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
    const found = [];
    while (texts.nextNode()) found.push(texts.currentNode);
    for (const node of found) node.data = node.nodeType === Node.COMMENT_NODE ? "" : covered(node.data);

    const [width, height] = [document.documentElement.clientWidth, document.documentElement.clientHeight];
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    const style = svg.appendChild(document.createElementNS(SVG, "style"));
    style.textContent = styles();
    const inside = svg.appendChild(document.createElementNS(SVG, "foreignObject"));
    inside.setAttribute("y", -Math.round(scrollY));
    inside.setAttribute("width", width);
    inside.setAttribute("height", height + Math.round(scrollY));
    copy.setAttribute("xmlns", XHTML);
    inside.append(copy);
    return new XMLSerializer().serializeToString(svg);
  };
})();
