// This file says how much room is left, before it is needed, and notices that the browser threw the store away.
//
// What a browser says of its quota need not be so: Chromium answers a round number. So room is held: a reserve lies in the
// store, and when a save finds no room, the reserve is given up for it. Whatever was being typed is then still saved, and
// from then on nothing more is begun.
//
// The mark lies outside the store, in a cookie: how many entries had not been handed in, and when. A store that is empty
// beside such a mark was lost, and that is said instead of "nothing to do".

const RESERVE_BYTES = 5 * 1024 * 1024; // what a round of photos and entries may need once there is no more room
const RANDOM_BYTES_MOST = 65_536;
const LOW_SHARE = 0.2;
const MARK = "maraude_tablet";
const YEAR_SECONDS = 31_536_000;

/** @type {import("../interface.js").StorageState} */
export const UNKNOWN = { used_bytes: 0, quota_bytes: 0, persisted: false, level: "good", lost: null };

/** Return bytes that do not compress, to hold room with. */
export function ballast() {
  const bytes = new Uint8Array(RESERVE_BYTES);
  for (let at = 0; at < bytes.length; at += RANDOM_BYTES_MOST) crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES_MOST));
  return bytes;
}

/** @param {boolean} isReserved whether the reserve lies in the store @returns {Promise<import("../interface.js").StorageState>} */
export async function room(isReserved) {
  const [{ usage = 0, quota = 0 }, persisted] = await Promise.all([navigator.storage.estimate(), navigator.storage.persisted()]);
  const left = quota - usage;
  const level = !isReserved ? "full" : left < quota * LOW_SHARE ? "low" : "good";
  return { used_bytes: usage, quota_bytes: quota, persisted, level, lost: null };
}

/** Ask the browser not to throw the store away. */
export const keepForGood = () => navigator.storage.persist();

/** Note outside the store what a loss would cost. @param {number} waiting @param {string} at */
export function mark(waiting, at) {
  document.cookie = `${MARK}=${waiting}.${Date.parse(at)}; path=/tablet; max-age=${YEAR_SECONDS}; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
}

/** Take the mark away: nothing is expected here any more. */
export function unmark() {
  document.cookie = `${MARK}=; path=/tablet; max-age=0; samesite=strict`;
}

/** Return what the mark says was here, or null. @returns {import("../interface.js").Lost | null} */
export function marked() {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${MARK}=`));
  const [ops, at] = found?.slice(MARK.length + 1).split(".").map(Number) ?? [];
  return Number.isInteger(ops) && at > 0 ? { ops, at: new Date(at).toISOString() } : null;
}

/** Tell whether a save failed because there is no room. @param {unknown} error */
export const isFull = (error) => error instanceof DOMException && error.name === "QuotaExceededError";
