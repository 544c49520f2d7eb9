import { expect } from 'vitest';
import { expandTry, sampleOf } from '../cases/expand.ts';
import type { AttackCase, Try, Verdict } from '../cases/vector.ts';
import { signedAttempts, thaw } from './acts.ts';
import { createTurns, parametersOf, type Run, type Runs, type Scene } from './registry.ts';
import { amountRuns } from './runs/amounts.ts';
import { apiRuns } from './runs/api.ts';
import { approvalRuns } from './runs/approvals.ts';
import { callRuns } from './runs/calls.ts';
import { chainRuns } from './runs/chain.ts';
import { consentRuns } from './runs/consents.ts';
import { custodyRuns } from './runs/custody.ts';
import { driftRuns } from './runs/drift.ts';
import { faultRuns } from './runs/faults.ts';
import { keyServiceRuns } from './runs/key-services.ts';
import { keyRuns } from './runs/keys.ts';
import { landingRuns } from './runs/landing.ts';
import { ownerRuns } from './runs/owners.ts';
import { rotationRuns } from './runs/rotation.ts';
import { signInRuns } from './runs/sign-ins.ts';
import { turningRuns } from './runs/turning-programs.ts';
import { walletLifeRuns } from './runs/wallet-life.ts';
import type { CorpusWallet } from './stage.ts';
import { tryMessage, tryPayment, tryPolicy, tryPolicyText, tryRaw, tryRequest, tryRoute } from './try-server.ts';
import { trySigner, trySignerBytes, trySignerOp } from './try-signer.ts';

export const RUNS: Runs = {
  ...amountRuns,
  ...apiRuns,
  ...approvalRuns,
  ...callRuns,
  ...chainRuns,
  ...consentRuns,
  ...custodyRuns,
  ...driftRuns,
  ...faultRuns,
  ...keyRuns,
  ...keyServiceRuns,
  ...rotationRuns,
  ...landingRuns,
  ...ownerRuns,
  ...signInRuns,
  ...turningRuns,
  ...walletLifeRuns,
};
export const FULL: boolean = process.env['COUNTERSIGN_CORPUS'] === 'full';

/** The tries of a case that are run here and now. */
export function triesOf({ tries }: AttackCase): readonly Try[] {
  return tries.filter(({ full }) => FULL || full !== true).flatMap((one) => (FULL ? expandTry(one) : sampleOf(expandTry(one))));
}
export function runOf(one: Try): Run | null {
  if (one.do !== 'run') return null;
  const run = RUNS[one.run];
  if (run === undefined) throw new Error(`no run is called ${one.run}`);
  return run;
}
export const isAlone = (one: AttackCase): boolean => one.tries.some((each) => runOf(each)?.alone === true);

/**
 * The policy of the wallet on which a try is made. What lands has a wallet of its own, so that on all others the same holds at the end of every
 * case: nothing was ever signed, nothing ever left.
 */
const policyOf = (one: AttackCase, each: Try): readonly [string, string] => [
  each.policy ?? one.policy ?? 'P0',
  'then' in each && each.then === 'landed' ? 'landed' : '',
];
const isOfThePool = ([policy, own]: readonly [string, string]): boolean => policy === 'P0' && own === '';

const secondTurns = createTurns();

export async function runCase(scene: Scene, one: AttackCase): Promise<void> {
  const problems: string[] = [];
  const note = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const whatOf = (each: Try): string => `${each.do} ${each.name ?? ''}`;
  const all = triesOf(one);
  for (const each of all) {
    const run = runOf(each);
    if (run !== null) {
      const work = (): Promise<void> => run.do(scene, parametersOf(each.do === 'run' ? each.with : {}));
      await note(whatOf(each), () => (run.second === true ? secondTurns(work) : work()));
    }
  }
  const single = all.filter((each) => runOf(each) === null);
  const pooled = single.filter((each) => isOfThePool(policyOf(one, each)));
  for (const each of single.filter((other) => !pooled.includes(other))) {
    const wallet = await scene.stage.wallet(...policyOf(one, each));
    await note(whatOf(each), () => tryOn(scene, one, each, wallet));
  }
  if (pooled.length > 0)
    await note('the vault', () =>
      onPoolWallet(scene, async (wallet) => {
        for (const each of pooled) await note(whatOf(each), () => tryOn(scene, one, each, wallet));
      }),
    );
  expect(problems, problems.join('\n')).toEqual([]);
}

/** On a wallet that nobody else uses meanwhile, on which nothing is ever signed and which loses nothing. */
async function onPoolWallet({ stage }: Scene, work: (wallet: CorpusWallet) => Promise<void>): Promise<void> {
  const { wallet, giveBack } = await stage.lease();
  try {
    const before = await stage.holdings(wallet);
    await work(wallet);
    expect(await signedAttempts(stage, wallet), 'nothing was signed').toBe(0);
    expect(await stage.holdings(wallet), 'nothing left the vault').toEqual(before);
  } finally {
    giveBack();
  }
}

/** A denial may have frozen the wallet: the next try has to be judged for what it is. */
async function tryOn(scene: Scene, one: AttackCase, each: Try, wallet: CorpusWallet): Promise<void> {
  const expected: readonly Verdict[] = typeof each.expect === 'object' ? each.expect : [each.expect ?? one.expect];
  try {
    await dispatch(scene, one, each, wallet, expected);
  } finally {
    await thaw(scene.stage, wallet);
  }
}

async function dispatch({ stage }: Scene, one: AttackCase, each: Try, wallet: CorpusWallet, expected: readonly Verdict[]): Promise<void> {
  switch (each.do) {
    case 'message':
      return tryMessage(stage, wallet, each, expected, expected.includes('DENY') && one.layers.includes('E'));
    case 'payment':
      return tryPayment(stage, wallet, each, expected);
    case 'request':
      return tryRequest(stage, wallet, each, expected);
    case 'raw':
      return tryRaw(stage, wallet, each, expected);
    case 'route':
      return tryRoute(stage, wallet, each, expected);
    case 'policy':
      return tryPolicy(stage, wallet, each, expected);
    case 'policyText':
      return tryPolicyText(stage, wallet, each, expected);
    case 'signer':
      return trySigner(stage, wallet, each);
    case 'signerOp':
      return trySignerOp(stage, wallet, each);
    case 'signerBytes':
      return trySignerBytes(stage, wallet, each);
    default:
      throw new Error('a run was dispatched');
  }
}
