// This file shows the photo of a paper: taken, made smaller and drawn anew, so that place and device are not in it.
// @ts-check
import { make } from "../look/build.js";
import { button, card, note } from "../look/parts.js";
import { reason } from "./sync.js";

const LONGEST_PIXELS = 1600;
const QUALITY = 0.7;

/** @param {import("./at.js").At} at @param {string} recordId */
export function show(at, recordId) {
  const { say } = at;
  const told = make("div", { role: "status" });
  const input = /** @type {HTMLInputElement} */ (
    make("input", { type: "file", name: "photo", accept: "image/*", capture: "environment", onchange: async () => {
      const [file] = input.files ?? [];
      if (!file) return;
      const drawn = await drawnAnew(file).catch(() => null);
      const kept = drawn ? await at.tablet.attach(drawn, recordId) : null;
      told.replaceChildren(
        kept?.saved
          ? note("good", say("photo.kept", { kilobytes: Math.ceil(/** @type {Blob} */ (drawn).size / 1000) }))
          : note("late", say("not_saved", { why: reason(at, kept?.reason ?? "malformed") })),
      );
      input.value = "";
    } })
  );
  const take = make("label", { class: "button wide pick" }, say("photo.take"), input);
  return [make("h1", { tabindex: -1 }, say("photo.title")), card(null, take, told), button(say("back"), () => history.back(), { class: "quiet wide" })];
}

/** Draw a picture anew, at most 1600 pixels long: what the camera wrote beside the picture stays behind. @param {Blob} file @returns {Promise<Blob | null>} */
export async function drawnAnew(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PIXELS / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}
