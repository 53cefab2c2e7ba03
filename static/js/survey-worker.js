// The service worker of the checklist: pages come from the portal; where nobody answers, as they were kept when last opened.
// A page is kept once all of it has come: a line that drops meanwhile leaves the one before.
"use strict";
const { name, files, start } = self.KEPT;
const PATIENCE = 8000;

const fresh = async (url) => {
  const answer = await fetch(new Request(url, { cache: "reload" }));
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${url}`);
  const body = await answer.arrayBuffer();
  if (!files.includes(url) && !new TextDecoder().decode(body).trimEnd().endsWith("</html>")) throw new Error(`cut short: ${url}`);
  const headers = new Headers(answer.headers);
  for (const ofTheWay of ["Content-Encoding", "Content-Length"]) headers.delete(ofTheWay);
  return new Response(body, { headers });
};
const keep = async (url) => { const answer = await fresh(url); await (await caches.open(name)).put(url, answer); };
const kept = async (url) => (await (await caches.open(name)).match(url)) ?? caches.match(url);
const pages = async () => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname).filter((path) => !files.includes(path));
const tell = async () => {
  const all = await pages();
  for (const client of await self.clients.matchAll()) client.postMessage({ kept: all });
};

self.addEventListener("install", (event) => event.waitUntil(Promise.all(files.map(keep)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  // Pages that were kept before come along, or stay as they are: nobody opens them anew in a commune without a line.
  for (const other of await caches.keys()) {
    if (!other.startsWith("survey-") || other === name) continue;
    const before = (await (await caches.open(other)).keys()).map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith(start));
    const again = await Promise.allSettled(before.map(keep));
    if (again.every(({ status }) => status === "fulfilled")) await caches.delete(other);
  }
  await self.clients.claim();
})()));
self.addEventListener("message", (event) => {
  if (!String(event.data).startsWith(start)) return;
  event.waitUntil(Promise.all([event.data, start].map((url) => keep(url).catch(() => {}))).then(tell));
});

const late = () => new Promise((_, reject) => { setTimeout(() => reject(new Error("late")), PATIENCE); });
const navigate = async (request) => {
  try {
    const answer = await Promise.race([fetch(request), late()]);
    if ([502, 503, 504].includes(answer.status)) throw new Error(String(answer.status));
    return answer;
  } catch {
    return (await kept(new URL(request.url).pathname)) ?? (await kept(start)) ?? Response.error();
  }
};
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(navigate(request));
  else if (request.method === "GET" && files.includes(pathname)) event.respondWith(kept(pathname).then((found) => found ?? fetch(request)));
});
