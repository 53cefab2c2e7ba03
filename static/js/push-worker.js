// Shows notices of the portal, and opens the page of the number when one is touched. Keeps nothing, answers no page.
"use strict";
self.addEventListener("push", (event) => {
  const { title, body, url } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag: url, data: { url }, requireInteraction: true }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((pages) => {
    const open = pages.find((page) => page.url.startsWith(url));
    return open ? open.focus() : self.clients.openWindow(url);
  }));
});
