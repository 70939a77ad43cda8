// This file decides whether two names may be one person's, as sync/names.py does; tests/vectors/names.json holds both.

const SMALL_WORDS = new Set(["DE", "DU", "DES", "LA", "LE", "LES", "D", "L", "EL", "AL", "DA", "DOS", "VAN", "VON"]);
const CLOSE_LENGTH_LEAST = 4;
/** @type {Record<string, string>} */
const LIGATURES = { "Œ": "OE", "Æ": "AE", "ß": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "ı": "I" };
const VOWEL = "[AEIOUY]";
/** @type {[RegExp, string][]} */
const SOUNDS = /** @type {[string, string][]} */ ([
  ["TCH|SCH|CH|SH", "X"],
  ["PH", "F"],
  ["[KG]H", "K"],
  ["TH", "T"],
  ["DJ|DI(?=[AOU])", "J"],
  ["H", ""],
  ["EAU|AUX?$|AU", "O"],
  [`OU(?=${VOWEL})|W`, "V"],
  ["OU", "U"],
  ["AI|EI|AY|EY|OE|AE", "E"],
  ["Y", "I"],
  ["G(?=[EI])", "J"],
  ["GU(?=[EI])", "G"],
  ["C(?=[EI])", "S"],
  ["QU|Q|CK|C", "K"],
  ["Z", "S"],
  ["X(?=$)", ""],
  ["N(?=[PB])", "M"],
  ["(.)\\1+", "$1"],
  ["(?<=..)[ESTD]+$", ""],
]).map(([spelled, heard]) => [new RegExp(spelled, "gu"), heard]);

const KNOWN_MOST = 16_384;

/** @type {Map<string, string[]>} the words of names, read once */
const words = new Map();
/** @type {Map<string, string[]>} the sounds of names */
const heard = new Map();
/** @type {Map<string, string>} the sound of a word: few words make many names */
const soundOf = new Map();

/** Return what is remembered under a text, or work it out. @template T @param {Map<string, T>} known @param {string} text @param {(text: string) => T} work */
function once(known, text, work) {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= KNOWN_MOST) known.clear();
  const made = work(text);
  known.set(text, made);
  return made;
}

/** Return the sounds of a name's words, sorted. @param {string} name @returns {string[]} */
export function sounds(name) {
  return once(heard, name, soundsAnew);
}

/** @param {string} name */
function soundsAnew(name) {
  const all = wordsOf(name);
  const kept = all.filter((word) => !SMALL_WORDS.has(word));
  const found = new Set((kept.length ? kept : all).map((word) => once(soundOf, word, soundAnew)));
  found.delete("");
  return [...found].sort();
}

/** @param {string} one @param {string} other @returns {"same" | "close" | "different"} */
export function alike(one, other) {
  return alikeSounds(sounds(one), sounds(other));
}

/** @param {string[]} mine @param {string[]} theirs @returns {"same" | "close" | "different"} */
export function alikeSounds(mine, theirs) {
  if (!mine.length || !theirs.length) return "different";
  if (mine.length === theirs.length && mine.every((sound, at) => sound === theirs[at])) return "same";
  const [fewer, more] = mine.length <= theirs.length ? [mine, theirs] : [theirs, mine];
  return fewer.length > 1 && fewer.every((a) => more.some((b) => near(a, b))) ? "close" : "different";
}

/** Return a name's words in capitals without accents. @param {string} name */
export function wordsOf(name) {
  return once(words, name, wordsAnew);
}

/** @param {string} name */
function wordsAnew(name) {
  const upper = [...name.toUpperCase()].map((sign) => LIGATURES[sign] ?? sign).join("");
  const plain = upper.normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** @param {string} word */
function soundAnew(word) {
  return SOUNDS.reduce((heard, [spelled, by]) => heard.replace(spelled, by), word);
}

/** Return whether two sounds are equal or one letter apart (changed, added or missing). @param {string} one @param {string} other */
function near(one, other) {
  if (one === other) return true;
  if (Math.abs(one.length - other.length) > 1 || Math.min(one.length, other.length) < CLOSE_LENGTH_LEAST) return false;
  let start = 0;
  while (start < Math.min(one.length, other.length) && one[start] === other[start]) start += 1;
  const rest = one.slice(start);
  const restOther = other.slice(start);
  return rest.slice(1) === restOther.slice(1) || rest.slice(1) === restOther || rest === restOther.slice(1);
}
