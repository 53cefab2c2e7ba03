// input[data-client-key="name"]: one key a matter, kept in this tab until the matter is done, so that a double tap,
// a reload and a retry send the same one. The server's value stands where there is no script.
// [data-client-key-done="name"] (or "*") on a page forgets it: on the page that shows success, and on a kiosk's start.
(() => {
  "use strict";
  const PREFIX = "client-key:";
  // randomUUID exists in secure contexts only; a kiosk in a house network may be plain http.
  const fresh = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(c) / 4)))).toString(16));
  const forget = (name) => {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && (name === "*" || key === PREFIX + name)) sessionStorage.removeItem(key);
    }
  };
  const fill = () => {
    try {
      document.querySelectorAll("[data-client-key-done]").forEach((e) => forget(e.dataset.clientKeyDone));
      document.querySelectorAll("input[data-client-key]").forEach((input) => {
        const key = PREFIX + input.dataset.clientKey;
        if (!sessionStorage.getItem(key)) sessionStorage.setItem(key, fresh());
        input.value = sessionStorage.getItem(key);
      });
    } catch {
      // No storage (private mode): the server's value stays and still stops the double tap.
    }
  };
  document.addEventListener("DOMContentLoaded", fill);
  document.addEventListener("htmx:afterSettle", fill);
  window.addEventListener("pageshow", (event) => { if (event.persisted) fill(); });
})();
