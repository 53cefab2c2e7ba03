// What a surveyor's tablet keeps until the portal has it: IndexedDB, sent in order, each under its key.
// window.survey: {add, all, drop, send}. Times are ms of this device's clock; how long ago is what the portal is told.
(() => {
  "use strict";
  const TABLE = "waiting";
  let opened = null;
  const open = () => {
    opened ??= new Promise((done, failed) => {
      const asked = indexedDB.open("survey", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE, { keyPath: "n", autoIncrement: true });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => { opened = null; failed(asked.error); };
    });
    return opened;
  };
  const work = async (mode, act) => {
    const base = await open();
    return new Promise((done, failed) => {
      const one = base.transaction(TABLE, mode);
      const asked = act(one.objectStore(TABLE));
      one.oncomplete = () => done(asked.result);
      one.onabort = () => failed(one.error);
    });
  };
  const user = () => document.body.dataset.user ?? "";
  const all = () => work("readonly", (rows) => rows.getAll());
  const drop = (n) => work("readwrite", (rows) => rows.delete(n));
  // Kept before anything says that it is.
  const add = (item) => work("readwrite", (rows) => rows.add({ ...item, user: user(), key: crypto.randomUUID(), at: Date.now() }));

  const post = async (url, { what, centre, key, at, photo, ...more }) => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ what, centre, key, age: Math.max(0, (Date.now() - at) / 1000) })) body.set(name, value);
    for (const name of ["question", "value", "note", "seen"]) if (name in more) body.set(name, more[name]);
    if (photo) body.set("file", photo, "anh.jpg");
    return fetch(url, {
      method: "POST", body, redirect: "error", signal: AbortSignal.timeout(60000),
      headers: { "X-Part": "1", "X-User": user(), "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "", Accept: "application/json" },
    });
  };
  // What the portal refuses for good is kept with the reason, so that somebody sees it; the rest waits its turn.
  const why = async (answer) => {
    if (answer.status >= 500 || !answer.headers.get("Content-Type")?.startsWith("application/json")) return "";
    return (await answer.json()).message;
  };
  const each = async (url) => {
    for (const item of await all()) {
      if (item.user !== user() || item.refused) continue;
      const answer = await post(url, item).catch(() => null);
      const refused = answer && !answer.ok && await why(answer);
      if (answer?.ok) await drop(item.n);
      else if (refused) await work("readwrite", (rows) => rows.put({ ...item, refused }));
      else return [401, 403].includes(answer?.status) ? "sign-in" : "kept";
    }
    return "sent";
  };
  // One at a time, also when the page is open twice. "sent", "kept" or "sign-in".
  const send = (url) => navigator.locks.request("survey", () => each(url));
  window.survey = { add, all, drop, send };
})();
