// This file keeps an ended browser from costing the whole store: before its first write, a session turns the store's log over.
//
// Chromium keeps IndexedDB in LevelDB. A kill between two writes leaves a torn end in its log, which the next start rightly
// ignores, and behind which it goes on writing. The start after that reads a sum that is wrong, takes the store for damaged,
// and throws all of it away. So the first thing that a session writes is more than a log holds: what was there moves into
// tables, the torn log is deleted, and what is recorded goes to a new one. docs/decisions/0024 has the measurements.

const STORE = "cursors"; // read only once somebody has opened the tablet, so that the first screen does not wait
const FILLING = "filling";
const LOG_BYTES_MOST = 4 * 1024 * 1024; // the most that Chromium lets a log grow to, on any disk
const PIECE_BYTES = 32 * 1024; // a larger value would be kept in a file beside the log
const PIECES = Math.ceil((LOG_BYTES_MOST / PIECE_BYTES) * 1.25);

/** Fill the log until it is turned over; zeros, so that the tables hardly grow. Where there is no room, the log stays. @param {IDBDatabase} database @returns {Promise<void>} */
export function turnOver(database) {
  return new Promise((resolve) => {
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.oncomplete = transaction.onabort = () => resolve();
    const store = transaction.objectStore(STORE);
    for (let piece = 0; piece < PIECES; piece += 1) store.put(new Uint8Array(PIECE_BYTES), FILLING);
    store.delete(FILLING);
  });
}
