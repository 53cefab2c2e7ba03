// The kiosk's service worker: pages come from the server; where nobody answers, from what was kept (kiosk-keep.js).
"use strict";
const PATIENCE = 8000;
let language = "vi";

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const other of await caches.keys()) if (other.startsWith("kiosk-") && !other.startsWith(`${name}-`)) await caches.delete(other);
  await self.clients.claim();
})()));
self.addEventListener("message", (event) => { if (event.data === "refresh") event.waitUntil(keep().catch(() => {})); });

const page = async () => (await kept(pages.find((each) => each.endsWith(language)) ?? pages[0])) ?? Response.error();
const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));

// Where the person stood when the line dropped: what they had chosen goes on with them, in the part of the address that
// is never sent. The number they asked for keeps its key, so that both ends know it is one.
const goOn = async (request) => {
  const { pathname } = new URL(request.url);
  const chosen = new URLSearchParams();
  const letter = pathname.match(/^\/kiosk\/(?:for|service)\/([^/]+)\//)?.[1];
  if (letter) chosen.set("letter", letter);
  if (request.method === "POST" && pathname === "/kiosk/draw/") {
    const form = await request.formData();
    for (const [to, from] of [["letter", "service"], ["ground", "ground"], ["key", "client_key"]]) chosen.set(to, form.get(from) ?? "");
  }
  // A phone number is kept nowhere: the page says that no SMS comes.
  if (request.method === "POST" && pathname.endsWith("/sms/")) chosen.set("sms", "1");
  if (![...chosen].length) return page();
  return Response.redirect(`${self.location.origin}/kiosk/offline/?lang=${language}#${chosen}`, 302);
};

const navigate = async (request) => {
  const url = new URL(request.url);
  if (url.pathname === "/kiosk/offline/") {
    language = url.searchParams.get("lang") ?? language;
    return (await kept(url.pathname + url.search)) ?? page();
  }
  const copy = request.clone();
  try {
    const answer = await Promise.race([fetch(request), late()]);
    if ([502, 503, 504].includes(answer.status)) throw new Error(String(answer.status));
    language = answer.headers.get("Content-Language") ?? language;
    return answer;
  } catch {
    return goOn(copy);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") event.respondWith(navigate(request));
  else if (request.method === "GET" && files.includes(new URL(request.url).pathname)) {
    event.respondWith(kept(new URL(request.url).pathname).then((found) => found ?? fetch(request)));
  }
});
