// This file decides which screens there are, and which of them may be seen while the tablet is locked or new.
// @ts-check
import * as alone from "./alone.js";
import * as bag from "./bag.js";
import * as contact from "./contact.js";
import * as dose from "./dose.js";
import * as enrol from "./enrol.js";
import * as event from "./event.js";
import * as family from "./family.js";
import * as new_ from "./new.js";
import * as people from "./people.js";
import * as person from "./person.js";
import * as photo from "./photo.js";
import * as sign_in from "./sign_in.js";
import * as stop from "./stop.js";
import * as sync from "./sync.js";
import * as talk from "./talk.js";
import * as test from "./test.js";
import * as today from "./today.js";

/** @typedef {{show: (at: import("./at.js").At, ...ids: any[]) => any[], live?: boolean}} Screen */

/** @type {Record<string, Screen>} */
export const SCREENS = {
  alone, bag, contact, dose, enrol, event, family, new: new_, people, person, photo, "sign-in": sign_in, stop, sync, talk, test, today,
};
const WHILE_LOCKED = ["sign-in", "alone"];

/** Return whether a screen may be shown: a locked tablet shows nothing of a person. @param {string} name @param {{enrolled: boolean, locked: boolean}} state */
export function isOpenTo(name, { enrolled, locked }) {
  if (!Object.hasOwn(SCREENS, name) || name === "enrol") return false;
  if (!enrolled) return false;
  return locked === WHILE_LOCKED.includes(name);
}
