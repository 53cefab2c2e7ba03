// [data-push="key"][data-push-url]: asks this browser for notices before the call. Hidden where it takes none.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-push]").forEach((box) => {
    if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;
    box.hidden = false;
    const button = box.querySelector("button");
    const say = (name) => {
      box.querySelectorAll("p").forEach((words) => { words.hidden = !(name in words.dataset); });
      button.hidden = name === "pushDone";
    };
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
        await navigator.serviceWorker.register("/t/sw.js", { scope: "/t/" });
        const worker = await navigator.serviceWorker.getRegistration("/t/");
        const browser = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) });
        const answer = await fetch(box.dataset.pushUrl, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "" },
          body: JSON.stringify(browser),
        });
        if (!answer.ok) throw new Error(String(answer.status));
        say("pushDone");
      } catch {
        say("pushFailed");
      }
      button.disabled = false;
    });
  }));
})();
