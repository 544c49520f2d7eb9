import { type Address, address, type PlannedLimit, type WalletAddresses } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { until } from '../../end-to-end/stack.ts';
import { need, type Stage } from './stage.ts';

/** A wallet on the chain whose every key the test holds: what an attacker with the agent key can do, and what the chain says to it. */
export interface NakedWallet {
  readonly addresses: WalletAddresses;
  readonly owner: TestKey;
  readonly agent: TestKey;
  readonly fee: TestKey;
  readonly limit: PlannedLimit;
  /** Signs with those keys that the message needs and sends it; `null` where it worked, else the chain's words. */
  send(message: Uint8Array, keys: readonly TestKey[]): Promise<string | null>;
}

export async function makeNakedWallet(stage: Stage, destinations: readonly Address[], amount: bigint): Promise<NakedWallet> {
  const { chain, stack } = stage;
  const [owner, agent, fee, create] = [createTestKey(), createTestKey(), createTestKey(), createTestKey()];
  const { multisig, vault } = await chain.deriveWallet(create.address);
  const addresses = { multisig, vault, owner: owner.address, agent: agent.address, createKey: create.address, feeAccount: fee.address };
  const system = await stage.names.of('system');
  await stage.setAccount(fee.address, { lamports: 10_000_000_000, owner: system, data: new Uint8Array() });
  await stage.setAccount(vault, { lamports: 2_000_000_000, owner: system, data: new Uint8Array() });
  const limits = need(
    await chain.planSpendingLimits(multisig, 1, [{ asset: 'SOL' as never, amount, periodSeconds: 86_400, destinations }]),
  );
  const send: NakedWallet['send'] = async (message, keys) => {
    const assembled = await chain.assembleTransaction(
      message,
      keys.map((key) => ({ signer: key.address, signature: key.sign(message) })),
    );
    if (!assembled.ok) return JSON.stringify(assembled.error);
    const sent = await chain.submitTransaction(assembled.value.wire);
    if (!sent.ok) return JSON.stringify(sent.error);
    let error: string | null = 'not found';
    await until('it has landed', async () => {
      const { statuses } = need(await chain.getTransactionStatus([assembled.value.signature]));
      const [status] = statuses;
      if (status === undefined || status.kind === 'not_found') return false;
      error = status.error;
      return true;
    });
    return error;
  };
  for (const { bytes, signers } of need(await chain.createSmartWallet({ addresses, timeLockSeconds: 0, limits }))) {
    const problem = await send(
      bytes,
      [owner, fee, create].filter((key) => signers.includes(key.address)),
    );
    if (problem !== null) throw new Error(problem);
  }
  await until('the wallet is on chain', async () => stackHas(stage, multisig));
  void stack;
  const [limit] = limits;
  if (limit === undefined) throw new Error('it has a limit');
  return { addresses, owner, agent, fee, limit, send };
}

async function stackHas({ chain }: Stage, multisig: Address): Promise<boolean> {
  return need(await chain.readWallet(multisig)) !== null;
}

export async function nakedSpend(
  { chain, names }: Stage,
  { addresses, limit }: NakedWallet,
  amount: bigint,
  recipient = 'R',
): Promise<Uint8Array> {
  const payment = { asset: 'SOL' as never, amount, recipient: address(await names.of(recipient)), memo: null };
  return need(await chain.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit: limit.spendingLimit })).bytes;
}
