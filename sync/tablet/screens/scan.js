// This file reads a DataMatrix by the camera where the browser can; elsewhere a lot is typed or comes from a hand scanner.
// @ts-check
import { make } from "../look/build.js";
import { button } from "../look/parts.js";

const LOOK_MILLISECONDS = 250;

/** Return whether this browser can look for codes and has a camera to look with. */
export function canScan() {
  return "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * A button that opens the camera and gives the first code that is seen.
 * @param {import("../texts/speak.js").Say} say
 * @param {(code: string) => void} found
 */
export function scanner(say, found) {
  const place = make("div");
  const begin = () => look(place, say, found).catch(() => place.replaceChildren(make("p", { role: "status" }, say("dose.scan_away")), start));
  const start = button(say("dose.scan"), begin, { class: "quiet wide", "data-act": "scan" });
  place.append(start);
  return place;
}

/** @param {HTMLElement} place @param {import("../texts/speak.js").Say} say @param {(code: string) => void} found */
async function look(place, say, found) {
  const detector = new /** @type {any} */ (globalThis).BarcodeDetector({ formats: ["data_matrix"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = /** @type {HTMLVideoElement} */ (make("video", { playsinline: true, muted: true, "aria-label": say("dose.scan") }));
  video.srcObject = stream;
  let stopped = false;
  const stop = () => {
    stopped = true;
    for (const track of stream.getTracks()) track.stop();
    place.replaceChildren(button(say("dose.scan"), () => look(place, say, found), { class: "quiet wide" }));
  };
  place.replaceChildren(video, button(say("dose.scan_stop"), stop, { class: "quiet wide" }));
  await video.play();
  while (!stopped && place.isConnected) {
    const [seen] = await detector.detect(video);
    if (seen) {
      stop();
      found(seen.rawValue);
    }
    await new Promise((done) => setTimeout(done, LOOK_MILLISECONDS));
  }
  if (!stopped) stop(); // the nurse went to another screen: the camera's light goes out
}
