// This file answers the vectors by the app's own engine, in a page that our server gave: {file: [what differs]}.
// It is given `engine`, the address of the engine's folder, and `vectors`, the parsed files by name.
async ({ engine, vectors }) => {
  const load = (name) => import(`${engine}/${name}.js`);
  const [canonical, ids, merge, state, view, clock, names, ops, client, integrity] = await Promise.all(
    ["canonical", "ids", "merge", "state", "view", "clock", "names", "ops", "client", "integrity"].map(load),
  );
  const { Store } = await import(`${engine}/../store/memory.js`);
  const differing = {};
  const compare = (file, at, found, wanted) => {
    const [mine, theirs] = [found, wanted].map((one) => canonical.canonical(one));
    if (mine !== theirs) (differing[file] ??= []).push(`${at}: ${mine} instead of ${theirs}`);
  };
  let asked = 0;
  for (const [at, vector] of vectors["merge.json"].entries()) {
    let found = null;
    for (const step of vector.ops) found = merge.apply(found, step.op, step.at);
    const record = vector.ops[0].op.record;
    compare("merge.json", at, state.encode(record, found), vector.encoded);
    compare("merge.json", at, canonical.sumText(await state.contentSum(record, found)), vector.sum);
    compare("merge.json", at, view.view(found), vector.view);
    compare("merge.json", at, state.encode(...state.decode(vector.encoded)), vector.encoded);
    asked += 4;
  }
  for (const [at, one] of vectors["canonical.json"].values.entries()) {
    const text = canonical.canonical(one.value);
    compare("canonical.json", at, text, one.canonical);
    compare("canonical.json", at, await canonical.sha256(text), one.sha256);
    compare("canonical.json", at, canonical.sumText(await canonical.sum64(text)), one.sum64);
    asked += 3;
  }
  for (const [at, one] of vectors["canonical.json"].refused.entries()) {
    compare("canonical.json", `refused ${at}`, canonical.refusal(one.value), one.word);
    asked += 1;
  }
  compare("canonical.json", "derived", await ids.derivedId("double_dose", "b", "a"), vectors["canonical.json"].derived_id);
  for (const [at, one] of vectors["chain.json"].entries()) {
    const op = JSON.parse(one.line).op;
    const content = ops.payload(op);
    const hash = await ops.hashOf(content);
    compare("chain.json", at, ops.envelope(op.id, op.n, hash, content), one.line);
    compare("chain.json", at, [hash, op.prev], [one.hash, one.prev]);
    asked += 2;
  }
  for (const [at, one] of vectors["clock.json"].entries()) {
    compare("clock.json", at, clock.corrected(one.wall, one.mono, one.boot, one.samples, one.now), one.corrected);
    asked += 1;
  }
  for (const [at, [one, other, how]] of vectors["names.json"].entries()) {
    compare("names.json", at, [names.alike(one, other), names.alike(other, one)], [how, how]);
    asked += 1;
  }
  for (const [at, step] of vectors["pull.json"].steps.entries()) {
    const records = [];
    for (const [bucket, held] of Object.entries(step.records))
      for (const [record, content] of Object.entries(held)) {
        const decoded = state.decode(content)[1];
        records.push([bucket, record, decoded, await state.contentSum(record, decoded)]);
      }
    const { since, ...identity } = step.before.identity;
    const held = { identity: since ? { ...identity, since } : identity, cursors: new Map(Object.entries(step.before.cursors)), drafts: new Map(), ops: [], records };
    const store = new Store(held, async () => {});
    compare("pull.json", `${at} head`, (await client.headRequest(store)).head, step.head);
    const { evicted, repair, ...asks } = JSON.parse(JSON.stringify(await client.pullRequest(store)));
    compare("pull.json", `${at} asked`, { ...asks, cursors: asks.cursors }, { cursors: {}, ...step.asked });
    compare("pull.json", `${at} taken`, await client.takePage(store, step.page), step.taken);
    compare("pull.json", `${at} identity`, { since: null, ...store.identity }, step.after.identity);
    compare("pull.json", `${at} cursors`, Object.fromEntries(store.cursors), step.after.cursors);
    const now = Object.fromEntries([...store.cursors.keys()].map((bucket) => [bucket, [...store.sums(bucket).keys()].sort()]));
    compare("pull.json", `${at} held`, now, step.held);
    asked += 6;
  }
  const { held, short, theirs, differing: found } = vectors["pull.json"].sums;
  const sums = new Map(Object.entries(held).map(([bucket, [count, total]]) => [bucket, { count, total: BigInt(`0x${total}`) }]));
  compare("pull.json", "short sums", integrity.shortSums(sums), short);
  compare("pull.json", "differing", integrity.differing(sums, theirs), found);
  return { asked: asked + 2, differing };
};
