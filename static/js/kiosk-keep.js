// What the kiosk's service worker keeps (self.KEPT), and how: keep() and kept(url).
// Nothing that is kept is written over: each keeping has a cache of its own, and counts once its last entry, WHOLE, is in
// it. A line that drops meanwhile leaves the one before, where Chromium's own addAll leaves an empty page in its place.
"use strict";
const { name, pages, files } = self.KEPT;
const WHOLE = "/kiosk/kept";

const fresh = async (url) => {
  const answer = await fetch(new Request(url, { cache: "reload" }));
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${url}`);
  const body = await answer.arrayBuffer();
  if (pages.includes(url) && !new TextDecoder().decode(body).trimEnd().endsWith("</html>")) throw new Error(`cut short: ${url}`);
  const headers = new Headers(answer.headers);
  for (const ofTheWay of ["Content-Encoding", "Content-Length"]) headers.delete(ofTheWay);
  return [url, new Response(body, { headers })];
};
const keepings = async () => (await caches.keys()).filter((key) => key.startsWith(`${name}-`)).sort().reverse();
const keep = () => navigator.locks.request(name, async () => {
  const answers = await Promise.all([...files, ...pages].map(fresh));
  const before = await keepings();
  const mine = `${name}-${String(before.length ? Number(before[0].split("-").pop()) + 1 : 0).padStart(9, "0")}`;
  const cache = await caches.open(mine);
  for (const [url, answer] of answers) await cache.put(url, answer);
  await cache.put(WHOLE, new Response(""));
  for (const other of before) await caches.delete(other);
});
const kept = async (url) => {
  for (const key of await keepings()) {
    const cache = await caches.open(key);
    if (await cache.match(WHOLE)) return cache.match(url);
  }
  return undefined;
};
