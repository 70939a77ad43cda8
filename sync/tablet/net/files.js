// This file hands files in by parts, after the entries they belong to, and goes on where the server says it is.

const PART_BYTES_MOST = 256 * 1024;
const RESTARTS_MAX = 3;

/**
 * @typedef {import("../engine/canonical.js").Bytes} Bytes
 * @typedef {{sha256: string, size_bytes: number, media_type: string, record_id: string, content: Bytes}} Waiting
 */

/** Hand in every file that waits; return why it stopped, or an empty text. @param {import("./sync.js").Host} host */
export async function handInFiles(host) {
  for (const file of await host.files()) {
    const reason = await handInFile(host, file);
    if (reason && reason !== "attachment_refused") return reason;
    await host.exclusive(() => host.fileDone(file.sha256, reason));
  }
  return "";
}

/** @param {import("./sync.js").Host} host @param {Waiting} file */
async function handInFile(host, { content, ...announcement }) {
  const who = `${host.territory}/${host.store.identity.installation}`;
  let outcome = await host.link.send("POST", "/sync/attachments", JSON.stringify(announcement), who);
  for (let restarts = 0; ; ) {
    if (outcome.kind !== "answer") return outcome.reason;
    const state = JSON.parse(outcome.body);
    if (state.complete) return "";
    restarts += state.reason === "hash" ? 1 : 0;
    if (restarts > RESTARTS_MAX) return "hash";
    const part = content.slice(state.offset, state.offset + PART_BYTES_MOST);
    const sum = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", part)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    outcome = await host.link.send("PUT", `/sync/attachments/${announcement.sha256}/${state.offset}`, part, who, { "maraude-part-sha256": sum });
  }
}
