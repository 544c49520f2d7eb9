import type { ProgramSource } from '../svm/svm.ts';

/** One sentence on which Squads program runs; `npm start`, `npm test` and `doctor` print it. */
export function describeSource(source: ProgramSource): string {
  if (source.kind === 'deployed-elf') {
    return `Squads v4 as deployed on mainnet (sha256 ${source.sha256.slice(0, 12)}…), in LiteSVM.`;
  }
  return `Squads v4 from the crate squads-multisig-program ${source.version}, an older release than mainnet's: tests of the deployed program's own behaviour are left out (docs/local-chain.md).`;
}
