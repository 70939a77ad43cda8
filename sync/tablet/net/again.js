// This file decides when the tablet syncs by itself: soon after something was recorded, again after a failure, now and then.
//
// The pause doubles with each failure and has jitter, so that fifty tablets do not come back to a server all at once.

const SOON_MS = 2_000;
const PAUSE_LEAST_MS = 5_000;
const PAUSE_MOST_MS = 300_000;

/** Return the next pause after so many failures; `chance` is between 0 and 1. @param {number} failures @param {number} chance */
export function pauseAfter(failures, chance) {
  const pause = failures ? Math.min(PAUSE_LEAST_MS * 2 ** (failures - 1), PAUSE_MOST_MS) : PAUSE_MOST_MS;
  return pause * (0.5 + chance);
}

/**
 * Sync until it is stopped; the timer always arms again.
 * @param {() => Promise<{complete: boolean}>} sync
 */
export function keepTrying(sync) {
  let failures = 0;
  let timer = 0;
  let isOver = false;
  const arm = (/** @type {number} */ pause) => {
    clearTimeout(timer);
    if (!isOver) timer = window.setTimeout(run, pause);
  };
  const run = async () => {
    let isComplete = false;
    try {
      isComplete = (await sync()).complete;
    } finally {
      failures = isComplete ? 0 : failures + 1;
      arm(pauseAfter(failures, Math.random()));
    }
  };
  window.addEventListener("online", () => arm(SOON_MS * (0.5 + Math.random())));
  arm(pauseAfter(1, Math.random()));
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  return { soon: () => arm(SOON_MS), stop };
}
