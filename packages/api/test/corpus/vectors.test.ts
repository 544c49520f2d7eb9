import { describe, expect, test } from 'vitest';
import { createNames, modelWallet } from './bytes/addresses.ts';
import { expandTry } from './cases/expand.ts';
import { loadSections } from './cases/load.ts';
import { bytesOfTry } from './cases/stored-bytes.ts';
import { RUNS } from './run/run-case.ts';

const VERDICTS = ['DENY', 'ESC', 'ALLOW', 'COUNT', 'FREEZE', 'ONCE', '400', '401', '403', '404', '409', '421', '422', '429', '503'];
/** Every number of ATTACKS.md: section and its cases; 246-252 are seven. */
const NUMBERS: readonly (readonly number[])[] = [
  [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26],
  [28, 29, 31, 32, 34, 35],
  [37, 38, 40, 41, 43, 44, 46, 47, 49, 50, 52],
  [53, 55, 56, 58, 59, 61, 62, 64, 65, 67, 68, 70, 71, 73, 74],
  [76, 77, 79, 80, 82, 83, 85, 86, 88, 89],
  [91, 92, 94, 95, 97, 98],
  [100, 101, 103, 104, 106, 107, 109, 110, 112, 113, 115],
  [116, 118, 119, 121, 122, 124],
  [125, 127, 128, 130, 131, 133, 134, 136, 137, 139, 140, 142, 143, 145, 146, 148],
  [149, 151, 152, 154, 155],
  [157, 158, 160, 161, 163, 164, 166, 167, 169, 170, 172, 173],
  [175, 176, 178, 179, 181, 182, 184, 185, 187, 188],
  [190, 191, 193, 194, 196, 197, 199, 200, 202, 203, 205, 206],
  [208, 209, 211, 212, 214, 215, 217, 218, 220, 221, 223, 224],
  [226, 227, 229, 230, 232, 233, 235, 236],
  [238, 239, 241, 242, 244, 245],
  [246, 247, 248, 249, 250, 251, 252, 253, 254, 256, 257],
  [259, 260, 262, 263, 265, 266, 268, 269],
];

describe('the vectors of the corpus', () => {
  const sections = loadSections();
  const cases = sections.flatMap((section) => section.cases);

  test('every case of ATTACKS.md is there, once, in its section', () => {
    expect(sections.map(({ section }) => section)).toEqual(NUMBERS.map((_each, index) => index + 1));
    expect(sections.map((section) => section.cases.map((one) => one.case))).toEqual(NUMBERS);
    // 177 lines of the page, one of which is seven cases.
    expect(cases).toHaveLength(183);
  });

  test('none is without a verdict, a layer and a try; what differs says why', () => {
    for (const one of cases) {
      expect(VERDICTS, `case ${one.case}`).toContain(one.expect);
      expect(one.layers, `case ${one.case}`).toMatch(/^S?E?C?$/);
      expect(one.tries.length, `case ${one.case}`).toBeGreaterThan(0);
      expect(
        one.tries.some((each) => each.full !== true),
        `case ${one.case}`,
      ).toBe(true);
      if (!one.stated.includes(one.expect) && !SAME_IN_WORDS.has(one.case))
        expect(one.why, `case ${one.case}: ${one.stated} and ${one.expect}`).toBeDefined();
      for (const each of one.tries) if (each.do === 'run') expect(Object.keys(RUNS), `case ${one.case}`).toContain(each.run);
    }
  });

  test('every run is used', () => {
    const used = new Set(cases.flatMap((one) => one.tries.flatMap((each) => (each.do === 'run' ? [each.run] : []))));
    expect(Object.keys(RUNS).filter((name) => !used.has(name))).toEqual([]);
  });

  test('the stored bytes are what the recipes make for the model wallet', async () => {
    const names = createNames(await modelWallet());
    for (const one of cases)
      for (const each of one.tries) {
        if (each.do !== 'message') continue;
        const made = await Promise.all(expandTry(each).map((single) => bytesOfTry(single, names)));
        expect(each.bytes, `case ${one.case} ${each.name ?? ''}: node packages/api/test/corpus/make-vectors.ts`).toEqual(made);
      }
  });
});

/** Cases whose stated verdict is the same in other words: "exactly floor(cap/x)", "one wins", "redacted" and the like. */
const SAME_IN_WORDS: ReadonlySet<number> = new Set([
  246, 247, 251, 253, 254, 269, 98, 107, 116, 118, 121, 122, 124, 131, 133, 134, 136, 137, 139, 143, 158, 160, 163, 172, 173, 182, 184, 185,
  188, 190, 196, 203, 205, 206, 209, 212, 215, 221, 224, 233, 241, 250, 256, 257,
]);
