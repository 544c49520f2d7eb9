import { expect } from 'vitest';
import {
  advance,
  approve,
  consentOf,
  countersigned,
  prepare,
  preparedOf,
  read,
  signedAttempts,
  signedFor,
  untilState,
  used,
  waiting,
  walletState,
} from '../acts.ts';
import { call } from '../ask.ts';
import type { Runs, Scene } from '../registry.ts';
import { type CorpusWallet, finality, type Stage } from '../stage.ts';
import { objectionsOf, saidByCall } from '../verdict.ts';

import { callMessage } from './calls.ts';

/** Programs that do one thing in the simulation and another afterwards. */
export const turningRuns: Runs = {
  turnsAfterSimulation: {
    wallets: ['P0/106', 'P0/107'],
    alone: true,
    async do(scene, p) {
      await turnsBeforeTheOwnerSigns(scene, p.number('behaviour'), p.text('takes'));
      await turnsOnTheWay(scene, p.number('behaviour'), p.amount('takes'));
    },
  },
};

async function turn(stage: Stage, flag: string, on: boolean): Promise<void> {
  await stage.setAccount(flag, { lamports: 1_000_000_000, owner: await stage.names.of('J'), data: Uint8Array.of(on ? 1 : 0) });
}
async function hiddenDrain(
  stage: Stage,
  wallet: CorpusWallet,
  behaviour: number,
  takes: string,
  flag: string,
  afterSlot: bigint,
): Promise<{ readonly message: string }> {
  return callMessage(stage, wallet, {
    instructions: [
      {
        ix: 'J.does',
        behaviour,
        ...(behaviour === 2 ? { argument: afterSlot.toString() } : {}),
        calls: [{ ix: 'system.transfer', to: 'attacker', lamports: takes }],
        andAccounts: [flag],
      },
    ],
  });
}
async function slotNow(stage: Stage): Promise<bigint> {
  return BigInt(Number(await stage.stack.rpc('getSlot', [{ commitment: 'processed' }])));
}

/** The program shows its other face before the owner's signature comes back: the service looks again and refuses. */
async function turnsBeforeTheOwnerSigns({ stage }: Scene, behaviour: number, takes: string): Promise<void> {
  const wallet = await stage.wallet('P0', behaviour === 3 ? '106' : '107');
  const before = await stage.holdings(wallet);
  const flag = await wallet.names.of(`flag of ${wallet.id}`);
  await turn(stage, flag, false);
  await finality(stage.stack);
  const answer = await call(stage, wallet, await hiddenDrain(stage, wallet, behaviour, takes, flag, (await slotNow(stage)) + 100n));
  // Without the owner nothing is signed, whatever the simulation showed.
  if (saidByCall(answer) === 'DENY') return;
  const asked = waiting(answer);
  expect(await signedAttempts(stage, wallet)).toBe(0);
  const consent = consentOf(preparedOf(await prepare(stage, asked.approval)), wallet.owner);
  await turn(stage, flag, true);
  if (behaviour === 2) await advance(stage, 110);
  await finality(stage.stack);
  const approved = await approve(stage, asked.approval, consent);
  expect(approved.status, `the second look at the bytes: ${approved.text}`).not.toBe(200);
  expect(await signedFor(stage, asked.id)).toBe(0);
  expect(await stage.holdings(wallet)).toEqual(before);
}

/** It turns while the signed bytes are on their way. The owner's signature is over a call of this program: nothing bounds it, and what it took is counted. */
async function turnsOnTheWay({ stage }: Scene, behaviour: number, takes: bigint): Promise<void> {
  const wallet = await stage.wallet('P0', behaviour === 3 ? '106' : '107');
  const before = await stage.holdings(wallet);
  const flag = await wallet.names.of(`flag of ${wallet.id}`);
  await turn(stage, flag, false);
  await finality(stage.stack);
  const answer = await call(
    stage,
    wallet,
    await hiddenDrain(stage, wallet, behaviour, takes.toString(), flag, (await slotNow(stage)) + 60n),
  );
  if (saidByCall(answer) === 'DENY') return;
  const asked = waiting(answer);
  await stage.stack.rpc('weather_delay', [{ ms: 3_500, count: 1 }]);
  const approved = await countersigned(stage, wallet, asked.approval);
  if (approved.status !== 200) return;
  await turn(stage, flag, true);
  await untilState(stage, wallet, asked.id, 'finalized', 'failed', 'expired', 'awaiting_owner');
  await stage.stack.rpc('weather_clear', []);
  const lost = before.lamports - (await stage.holdings(wallet)).lamports;
  expect(lost === 0n || lost === takes).toBe(true);
  if (lost > 0n) expect(await walletState(stage, wallet), 'the wallet stops when more left than was understood').toBe('frozen');
  expect(await used(stage, wallet), 'what a call really moved counts in the windows').toBe(lost);
  // The request tells what really left.
  expect((await read(stage, wallet, asked.id)).status).toBe(200);
  expect(objectionsOf(answer).length).toBeGreaterThan(0);
}
