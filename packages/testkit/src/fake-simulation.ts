import type { AssetId, SimulationReport } from '@countersign/core';
import { isExpired, type NodeView } from './fake-blocks.ts';
import { FAKE_FEE_LAMPORTS_PER_SIGNATURE } from './fake-effects.ts';
import type { FakeMessage } from './fake-message.ts';

type Amounts = readonly { readonly asset: AssetId; readonly amount: bigint }[];

const amounts = (list: readonly { readonly asset: AssetId; readonly amount: string }[]): Amounts =>
  list.map(({ asset, amount }) => ({ asset, amount: BigInt(amount) }));

/** What a message would do on top of a node's latest block. */
export function simulateFake(message: FakeMessage, { tip, ledgerAt }: NodeView): SimulationReport {
  const ledger = ledgerAt(tip);
  const isAlive = !isExpired(message, tip + 1n) && ledger.holdsNonce(message);
  const problem = isAlive ? ledger.obstacle(message) : 'BlockhashNotFound';
  const succeeded = problem === null;
  const vaultOutflows = !succeeded
    ? []
    : message.kind === 'pay'
      ? amounts([message.payment])
      : message.kind === 'call'
        ? amounts(message.call.spends)
        : [];
  return {
    succeeded,
    problem,
    unitsConsumed: 20_000n,
    slot: tip,
    vaultOutflows: vaultOutflows.filter(({ amount }) => amount > 0n),
    vaultInflows: succeeded && message.kind === 'call' ? amounts(message.call.gets) : [],
    leavesTooLittle: false,
    feeAccountOutflowLamports: FAKE_FEE_LAMPORTS_PER_SIGNATURE * BigInt(message.signers.length),
    authorityChanges: [],
    programs: message.kind === 'call' ? [message.call.program] : [],
    innerEffects: [],
  };
}
