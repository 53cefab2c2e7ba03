// window.swapPart(region, html): a part of the page comes anew. Focus, typing, scrolling and what is unfolded stay.
// window.keepingCaret(swap): so does what is selected in the field somebody is in, where htmx swaps.
(() => {
  "use strict";
  const all = (within, what) => [...within.querySelectorAll(what)];

  window.swapPart = (region, html) => {
    const active = region.contains(document.activeElement) ? document.activeElement : null;
    const scrolls = [region, ...all(region, "[id]")].filter((e) => e.scrollTop).map((e) => [e.id, e.scrollTop]);
    const open = all(region, "details[open]>summary").map((e) => e.textContent);
    const said = region.querySelector("[data-announce]")?.dataset.announce;
    region.innerHTML = html;
    all(region, "summary").forEach((e) => { e.parentElement.open ||= open.includes(e.textContent); });
    window.htmx?.process(region);
    scrolls.forEach(([id, top]) => { const e = id === region.id ? region : document.getElementById(id); if (e) e.scrollTop = top; });
    const twin = (e) => ["id", "name", "textContent"].every((key) => e[key] === active[key]);
    const again = active && (active.id ? document.getElementById(active.id) : all(region, active.tagName).find(twin));
    again?.focus({ preventScroll: true });
    if (again?.matches("input, textarea") && active.value !== undefined) {
      again.value = active.value;
      if (active.selectionStart != null) again.setSelectionRange?.(active.selectionStart, active.selectionEnd);
    }
    const say = region.querySelector("[data-announce]")?.dataset.announce;
    if (say && say !== said) document.dispatchEvent(new CustomEvent("announce", { detail: say }));
    region.dispatchEvent(new CustomEvent("poll:swapped", { bubbles: true }));
  };

  // htmx finds the field again by its id, and loses a selection that begins at the first character, such as Tab makes.
  const caret = () => {
    const field = document.activeElement;
    if (!field?.matches("input, textarea")) return () => {};
    const { selectionStart: start, selectionEnd: end, value } = field; // an e-mail field tells neither of the two
    const isAll = value === (start === null ? getSelection().toString() : value.slice(start, end));
    return () => {
      const again = document.activeElement;
      if (again === field || again.id !== field.id) return;
      if (isAll) again.select();
      else if (start !== null) again.setSelectionRange(start, end);
    };
  };
  window.keepingCaret = (swap) => {
    const back = caret();
    swap();
    back();
  };
  let back = () => {};
  document.addEventListener("htmx:beforeSwap", () => { back = caret(); });
  document.addEventListener("htmx:afterSwap", () => { back(); back = () => {}; });
})();
