import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '@countersign/core';
import type { ClientProblem } from '@countersign/sdk';
import type { RunningService } from '../../tools/harness/running-service.ts';
import { answerOrThrow } from '../../tools/start/demo/answer-or-throw.ts';
import { callRpc } from '../../tools/start/rpc.ts';
import type { StoppingWallet } from './stopping-wallet.ts';

export interface FreezeRun {
  /** From the request to the answer, which comes when the freeze is committed and the signer has suspended the key. */
  readonly freezeMs: readonly number[];
  /** A plain read with the same credential, in the same run. */
  readonly getMs: readonly number[];
  /** From the owner's asking to the wallet paying again: a comparison with the chain, and two requests. */
  readonly unfreezeMs: readonly number[];
  readonly failures: readonly string[];
}

/** How long the wallet pays between two freezes. */
const PAYING_MS = 150;

async function timed<T>(into: number[], what: string, work: () => Promise<Result<T, ClientProblem>>): Promise<T> {
  const beganAtMs = performance.now();
  const answered = answerOrThrow(what, await work());
  into.push(performance.now() - beganAtMs);
  return answered;
}

/** Freezes a paying wallet again and again; its owner unfreezes it each time. */
export async function measureFreezes({ operator }: RunningService, wallet: StoppingWallet, rounds: number): Promise<FreezeRun> {
  const [freezeMs, getMs, unfreezeMs, failures]: [number[], number[], number[], string[]] = [[], [], [], []];
  for (let round = 0; round < rounds; round += 1) {
    await sleep(PAYING_MS);
    await timed(getMs, 'the wallet cannot be read', () => operator.whoami());
    const frozen = await timed(freezeMs, 'the wallet was not frozen', () => operator.freeze(wallet.id, { reason: 'bench' }));
    if (frozen.signerProblem !== null) failures.push(`the signer was not told: ${frozen.signerProblem}`);
    const beganAtMs = performance.now();
    const { id } = answerOrThrow('no unfreezing', await operator.requestUnfreeze(wallet.id));
    await wallet.consent(id);
    unfreezeMs.push(performance.now() - beganAtMs);
  }
  return { freezeMs, getMs, unfreezeMs, failures };
}

export interface RotationRun {
  readonly seconds: number;
  readonly slots: number;
}

const ROTATED_WITHIN_MS = 180_000;

/** From the operator's request to the record that the old key is wiped: consent, transaction, finality, read-back, signer. */
export async function measureRotation({ operator, rpcUrl }: RunningService, wallet: StoppingWallet): Promise<RotationRun> {
  const slot = async (): Promise<number> => Number(await callRpc(rpcUrl, 'getSlot', [{ commitment: 'processed' }]));
  const [beganAtMs, beganAtSlot] = [performance.now(), await slot()];
  const old = answerOrThrow('the wallet cannot be read', await operator.getWallet(wallet.id)).agent;
  const { id } = answerOrThrow('no rotation', await operator.rotateAgentKey(wallet.id, { reason: 'manual' }));
  await wallet.consent(id);
  for (;;) {
    const keys = await operator.listKeys(wallet.id);
    // Asked to come back later where there is too much to do.
    if (keys.ok && keys.value.items.some(({ address, state }) => address === old && state === 'destroyed')) break;
    if (performance.now() - beganAtMs > ROTATED_WITHIN_MS) throw new Error(`not rotated within ${ROTATED_WITHIN_MS / 1000} s`);
    await sleep(200);
  }
  return { seconds: (performance.now() - beganAtMs) / 1000, slots: (await slot()) - beganAtSlot };
}
