// This file answers the vectors of care by the app's own screens, in a page that our server gave: what differs, by part.
// It is given `app`, the address of the app's files, and `vectors`, the parsed file.
async ({ app, vectors }) => {
  const load = (name) => import(`${app}/screens/${name}.js`);
  const [{ readDatamatrix }, questions, vials] = await Promise.all(["datamatrix", "questions", "vials"].map(load));
  const { DOOR } = await import(`${app}/made/door.js`);
  const differing = {};
  const compare = (part, at, found, wanted) => {
    const [mine, theirs] = [found, wanted].map((one) => JSON.stringify(sorted(one)));
    if (mine !== theirs) (differing[part] ??= []).push(`${at}: ${mine} instead of ${theirs}`);
  };
  const sorted = (one) =>
    one && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.keys(one).sort().map((name) => [name, sorted(one[name])]))
      : one;
  vectors.boxes.forEach((one, at) => compare("boxes", at, readDatamatrix(one.scanned, one.year), one.says));
  vectors.questions.forEach((one, at) => {
    compare("questions", at, questions.askedBefore(DOOR.questionnaire, one.antigens).map((asked) => asked.code), one.asked);
    compare("questions", at, questions.decide(DOOR.questionnaire, one.antigens, one.given), one.decided);
  });
  vectors.vials.forEach((one, at) => {
    const doses = vials.balance(...one.counted, one.state);
    const { openings, hours_after_opening, lot_ends_at } = one;
    compare("vials", at, doses, one.balance);
    compare("vials", at, vials.useBy(openings, hours_after_opening, lot_ends_at), one.use_by);
    compare("vials", at, vials.standing(one.state, doses, { openings, hours_after_opening, lot_ends_at }, one.now), one.standing);
    compare("vials", at, vials.endVial(doses), one.ending);
  });
  return { asked: vectors.boxes.length + 2 * vectors.questions.length + 4 * vectors.vials.length, differing };
};
