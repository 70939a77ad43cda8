// This file keeps the app on the tablet: one version, whole or not at all, and starts it without a network.
//
// The server writes SHELL, {version, files: {address: sha256}}, in front of this text, so any change of the app is a change of
// this worker. It caches the app's own files and nothing else: records never pass here.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self)); // which of the workers this one is
const CACHE = `maraude-${SHELL.version}`;

worker.addEventListener("install", (event) => event.waitUntil(keepWhole()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("message", (event) => {
  if (event.data === "change_over") worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
  const address = addressOf(event.request);
  if (address) event.respondWith(fromCache(event.request, address));
});

/** Fetch every file and compare its sum: one that is of another version, or of a portal, ends the installation. */
async function keepWhole() {
  const cache = await caches.open(CACHE);
  try {
    for (const [address, sum] of Object.entries(SHELL.files)) await cache.put(address, await whole(address, sum));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

/** @param {string} address @param {string} sum */
async function whole(address, sum) {
  const answer = await fetch(address, { cache: "no-cache", redirect: "error", credentials: "omit" });
  const content = await answer.arrayBuffer();
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  if (!answer.ok || Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("") !== sum) {
    throw new Error(`${address} is not of version ${SHELL.version}`);
  }
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding"); // what is kept is unpacked
  headers.delete("Content-Length");
  return new Response(content, { headers });
}

/** Let the former version go, now that no page of it is open or it has agreed to change over. */
async function takeOver() {
  const former = (await caches.keys()).filter((name) => name.startsWith("maraude-") && name !== CACHE);
  await Promise.all(former.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** Return the address in our cache that a request asks for, or null if it is none of ours. @param {Request} request */
function addressOf(request) {
  if (request.method !== "GET") return null;
  const { origin, pathname } = new URL(request.url);
  if (origin !== worker.location.origin) return null;
  return pathname in SHELL.files ? pathname : null;
}

/** @param {Request} request @param {string} address */
async function fromCache(request, address) {
  const kept = await (await caches.open(CACHE)).match(address);
  return kept ?? fetch(request);
}
