/**
 * Writes the bytes of every message of vectors/attacks for the model wallet, and names.json with the addresses behind all names, so that other
 * implementations can replay the corpus. `node packages/api/test/corpus/make-vectors.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNames, modelWallet, type Names } from './bytes/addresses.ts';
import { expandTry } from './cases/expand.ts';
import { loadSection, sectionFiles, VECTORS } from './cases/load.ts';
import { bytesOfTry } from './cases/stored-bytes.ts';
import type { AttackCase, Try } from './cases/vector.ts';

const asked = new Set<string>();
const inner = createNames(await modelWallet());
const names: Names = {
  of: (name) => {
    asked.add(name);
    return inner.of(name);
  },
};

async function withBytes(one: Try): Promise<Try> {
  if (one.do !== 'message') return one;
  const bytes = await Promise.all(expandTry(one).map((each) => bytesOfTry(each, names)));
  return { ...one, bytes };
}

/** One try a line, so that a difference reads as one. */
function textOf(section: { readonly section: number; readonly title: string }, cases: readonly AttackCase[]): string {
  const lines = cases.map(
    ({ tries, ...head }) =>
      `${JSON.stringify(head).slice(0, -1)},"tries":[\n${tries.map((each) => ` ${JSON.stringify(each)}`).join(',\n')}]}`,
  );
  return `{"section":${section.section},"title":${JSON.stringify(section.title)},"cases":[\n${lines.join(',\n')}\n]}\n`;
}

for (const file of sectionFiles()) {
  const section = loadSection(file);
  const cases = await Promise.all(section.cases.map(async (one) => ({ ...one, tries: await Promise.all(one.tries.map(withBytes)) })));
  const text = textOf(section, cases);
  if (readFileSync(join(VECTORS, file), 'utf8') !== text) writeFileSync(join(VECTORS, file), text);
}
for (const name of ['vault', 'agent', 'owner', 'fee', 'multisig', 'createKey', 'limit', 'R', 'R2', 'R4', 'attacker', 'J', 'pool', 'usdc'])
  asked.add(name);
const addresses = await Promise.all([...asked].toSorted().map(async (name) => [name, await inner.of(name)] as const));
writeFileSync(join(VECTORS, 'names.json'), `${JSON.stringify(Object.fromEntries(addresses), null, 1)}\n`);
