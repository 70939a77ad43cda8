// This file is what a start finds on the disk before anybody has signed in: keys of this browser, place, people, what waits.
//
// It makes the keys where there are none. What lies in clear are numbers, ids, and keys that no script can read out.

import { makeDeviceKeys } from "../keys/vault.js";
import { Link } from "../net/link.js";
import { Disk } from "./disk.js";
import { Reserve } from "./reserve.js";
import { marked } from "./room.js";

/**
 * @typedef {import("../interface.js").LastSync} LastSync
 * @typedef {import("../interface.js").Lost} Lost
 *
 * @typedef {object} InClear  What lies in clear; null: nothing yet.
 * @property {import("../keys/vault.js").DeviceKeys} keys
 * @property {{territory: string, label: string} | null} place
 * @property {import("./memory.js").Identity | null} identity  as of the start or the last lock; the open store knows better
 * @property {import("../keys/vault.js").VaultRow | null} vault
 * @property {Lost | null} lost
 * @property {LastSync | null} last_sync
 * @property {string | null} agreed_on  the day of the last sync after which sums were equal
 * @property {number | null} skew  milliseconds that this clock is ahead of the server's
 * @property {boolean | null} deposit_only
 * @property {string | null} ordered_on  the day on which the server's orders were asked for
 *
 * @typedef {object} Ground
 * @property {Disk} disk
 * @property {Reserve} reserve
 * @property {Link} link
 * @property {InClear} clear
 * @property {number} sealed  acts captured while locked
 * @property {number} files  files that wait
 */

/** @returns {Promise<Ground>} */
export async function openGround() {
  const disk = await Disk.open();
  const reserve = new Reserve(disk);
  const [clear, sealed, files] = await Promise.all([readClear(disk, reserve), disk.captures(), disk.fileCount()]);
  await reserve.begin(clear.place !== null);
  return { disk, reserve, clear, link: new Link(clear.keys.sign), sealed, files };
}

/** @param {Disk} disk @param {Reserve} reserve @returns {Promise<InClear>} */
async function readClear(disk, reserve) {
  const value = async (/** @type {string} */ name) => (await disk.plain(name)) ?? null;
  const [keys, place, identity, vault, lost, last_sync, agreed_on, skew, deposit_only, ordered_on] = await Promise.all([
    value("keys"), value("place"), value("identity"), value("vault"), value("lost"),
    value("last_sync"), value("agreed_on"), value("skew"), value("deposit_only"), value("ordered_on"),
  ]);
  const clear = { place, identity, vault, last_sync, agreed_on, skew, deposit_only, ordered_on };
  if (keys) return { ...clear, keys, lost };
  const made = { keys: await makeDeviceKeys(), lost: marked() ?? (disk.wasThrownAway ? { ops: null, at: null } : null) };
  await reserve.spend(() => disk.setPlain(made));
  return { ...clear, ...made };
}
