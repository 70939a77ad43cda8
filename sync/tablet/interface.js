// This file says what the screens may ask of the tablet, and in which shapes it answers. It decides nothing.
//
// Instants are text in UTC with milliseconds, days are text, as in the protocol. Whatever returns a promise may wait for
// the store; only `enrol`, `signIn`, `unlock` and `sync` ever wait for the network, and say so by their reasons.

/**
 * @typedef {string | number | boolean | null} Scalar
 *
 * @typedef {object} Author  Somebody who may open this tablet with a PIN.
 * @property {string} id
 * @property {string} name
 * @property {boolean} ready  the share is in memory: the PIN alone opens it now, even without a network
 *
 * @typedef {object} Lost  What a store that the browser threw away had not handed in.
 * @property {number | null} ops  at least so many; null: nothing is left that would tell
 * @property {string | null} at  when the tablet last saved something
 *
 * @typedef {object} StorageState
 * @property {number} used_bytes
 * @property {number} quota_bytes
 * @property {boolean} persisted
 * @property {"good" | "low" | "full"} level  `full`: nothing more is recorded, so say it before somebody types
 * @property {Lost | null} lost
 *
 * @typedef {object} LastSync
 * @property {string} at
 * @property {boolean} complete  everything handed in, everything pulled, sums equal
 * @property {string} reason  empty when complete; else a word: `no_network`, `tablet_deposit_only`, `locked`, ...
 *
 * @typedef {object} State
 * @property {boolean} enrolled
 * @property {boolean} locked  nothing can be read; `record` still works and is sealed until somebody unlocks
 * @property {boolean} deposit_only  revoked: it may hand in, and receives nothing
 * @property {boolean} elsewhere  another window of this browser holds the tablet: close one of the two
 * @property {Author | null} author  who is signed in now
 * @property {Author[]} authors
 * @property {string} label
 * @property {number[]} rescue_numbers  the number to tell the supervisor, who then reads the code of that number out
 * @property {"" | "warn" | "block"} clock_warning
 * @property {StorageState} storage
 * @property {number} waiting  entries without a verdict
 * @property {number} sealed  entries recorded while locked that nobody has unlocked since
 * @property {boolean} syncing
 * @property {LastSync | null} last_sync
 * @property {boolean} update_waiting  a newer app is there; `update()` changes over
 *
 * @typedef {object} Act  What somebody does to one record.
 * @property {string} [record_id]  left out: a new record
 * @property {string} kind
 * @property {Record<string, Scalar>} [set]
 * @property {Record<string, string[]>} [add]
 * @property {Record<string, string[]>} [remove]
 * @property {Record<string, number>} [inc]
 * @property {string} [author]  only while locked: who says to be the author
 * @property {string} [draft]  the name of the draft that this act completes; it goes in the same step
 *
 * @typedef {object} Recorded
 * @property {boolean} saved  on disk when true
 * @property {string} record_id
 * @property {string} reason  why it was not saved: a word of sync/fields.py, `too_large`, `storage_full`, ...
 * @property {string} field  the field that the reason is about
 *
 * @typedef {object} Shown  A record as shown: the server's, with this tablet's own entries over it.
 * @property {string} id
 * @property {string} kind
 * @property {Record<string, Scalar | string[]>} values
 * @property {Record<string, (Scalar | string[])[]>} disputed  values that differ: none of them is the value
 * @property {Record<string, (Scalar | string[])[]>} others  values that did not win without being disputed
 * @property {"waiting" | "arrived" | "review" | "refused"} status  the least settled of this tablet's own entries in it
 * @property {string} code  why it waits for a human, or why it was refused
 * @property {boolean} own  this tablet has entries in it
 *
 * @typedef {object} OwnOp  One entry of this tablet.
 * @property {string} id
 * @property {number} n
 * @property {string} record_id
 * @property {string} kind
 * @property {string} at
 * @property {string} author
 * @property {Record<string, Scalar>} set
 * @property {Record<string, string[]>} add
 * @property {Record<string, string[]>} remove
 * @property {Record<string, number>} inc
 * @property {"waiting" | "arrived" | "review" | "refused"} status
 * @property {string} code
 *
 * @typedef {object} Forecast  What is due to a person: the server's answer, with the doses recorded here laid over it.
 * @property {"computed" | "no_birth_date" | "dead"} state
 * @property {string} on  the day that it was worked out for
 * @property {string} version  of the rules
 * @property {string | null} refused_on
 * @property {object[]} unread
 * @property {object[]} notices
 * @property {string[]} kept_back  antigens whose rules no physician has signed and this territory does not use
 * @property {object[]} lines  one per antigen: `Line` of doses/forecast.js, its rule lines and guidance as texts
 *
 * @typedef {object} Lights
 * @property {boolean} ready_for_field
 * @property {boolean} safe_to_hand_in
 * @property {string[]} reasons  a word each: `not_synced`, `round_missing`, `waiting`, `sealed`, `no_receipt`, ...
 *
 * @typedef {object} Found
 * @property {Shown} person
 * @property {"same" | "close" | "begins"} how
 *
 * @typedef {object} Done
 * @property {boolean} done
 * @property {string} reason  `no_network`, `pin`, `pin_locked`, `code`, `sign_in`, `enrolment_refused`, ...
 * @property {number} [left]  how many tries are left
 *
 * @typedef {object} Synced
 * @property {boolean} complete
 * @property {string} reason
 * @property {number} requests
 *
 * @typedef {object} Tablet
 * @property {State} state  a fresh copy at every look
 * @property {(fragment: string) => Promise<Done>} enrol  `#territory=…&code=…`, as the QR code has it
 * @property {(proof: {login: string, passphrase: string, code: string, pin: string}) => Promise<Done>} signIn
 *   with both factors, once per person and tablet and after a forgotten PIN; needs the network; sets the PIN
 * @property {(author: string, pin: string) => Promise<Done>} unlock
 *   by PIN; needs the network unless the author is `ready`
 * @property {(author: string, pin: string, code: string) => Promise<Done>} unlockByCode
 *   by PIN and the supervisor's spoken code, without a network
 * @property {() => Promise<void>} lock
 * @property {(act: Act) => Promise<Recorded>} record
 * @property {(name: string, value: unknown) => Promise<void>} keepDraft  null takes it away
 * @property {(name: string) => unknown} draft
 * @property {() => string[]} drafts
 * @property {(record_id: string) => Shown | null} view
 * @property {(kind: string) => Shown[]} all
 * @property {(place_id: string) => Shown[]} bucket  every record of a place: people, visits, what was done there
 * @property {(record_id: string) => OwnOp[]} ops  this tablet's entries in a record
 * @property {() => OwnOp[]} outbox  all of this tablet's entries still kept, newest first
 * @property {(person_id: string) => Forecast | null} forecast  null: the pack does not know this person
 * @property {(text: string) => Found[]} search
 * @property {(file: Blob, record_id: string) => Promise<Recorded>} attach
 * @property {() => Promise<Synced>} sync
 * @property {(changed: () => void) => (() => void)} watch  called after every change; returns what stops it
 * @property {() => Lights} lights
 * @property {() => Promise<void>} update  change over to the newer app, between two saves
 */

export {};
