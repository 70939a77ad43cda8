// This file decides what becomes of a save that finds no room: a reserve is given up for it, and held again once there is room.

import * as room from "./room.js";

/** @typedef {{reason: "storage_full", field: ""}} Full */

/** @type {Full} */
const FULL = { reason: "storage_full", field: "" };

export class Reserve {
  /** @param {import("./disk.js").Disk} disk */
  constructor(disk) {
    this.disk = disk;
    this.isHeld = false;
    this.storage = room.UNKNOWN;
  }

  /** Find out whether room is held. @param {boolean} isEnrolled */
  async begin(isEnrolled) {
    this.isHeld = await this.disk.isReserved();
    await this.look(isEnrolled);
  }

  /** Save; where there is no room, give the reserve up for it, and say from then on that it is full. @template T @param {() => Promise<T>} save @returns {Promise<T | Full>} */
  async spend(save) {
    for (const _try of [1, 2]) {
      try {
        return await save();
      } catch (error) {
        if (!room.isFull(error)) throw error;
        if (!this.isHeld) break;
        await this.disk.release();
        this.isHeld = false;
      }
    }
    return FULL;
  }

  /** Hold room again, if there is any. */
  async hold() {
    try {
      if (!this.isHeld) await this.disk.reserve(room.ballast());
      this.isHeld = true;
    } catch (error) {
      if (!room.isFull(error)) throw error;
    }
    await this.look(true);
  }

  /** Look how much room is left; a tablet that is not enrolled holds none and is not full. @param {boolean} isEnrolled */
  async look(isEnrolled) {
    this.storage = await room.room(this.isHeld || !isEnrolled);
  }
}
