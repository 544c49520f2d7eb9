import {
  type Address,
  type DecodedCall,
  decodeBase58,
  type LookupPin,
  NATIVE_ASSET,
  outflows,
  type RequestedAction,
} from '@countersign/core';
import {
  appendTransactionMessageInstructions,
  compileTransactionMessage,
  compressTransactionMessageUsingAddressLookupTables,
  createTransactionMessage,
  getCompiledTransactionMessageEncoder,
  type Instruction,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { computeBudget, memoInstructions } from './build/common-instructions.ts';
import { kitAddress } from './build/kit-address.ts';
import { SYSTEM_PROGRAM } from './build/programs.ts';
import { agentMessage, sol } from './test-support/agent-message.ts';
import { must } from './test-support/must.ts';
import { SOL, startTestChain, type TestChain } from './test-support/test-chain.ts';
import { testKey } from './test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from './test-support/test-wallet.ts';

let chain: TestChain;
let wallet: TestWallet;
let vault: Address;
const [recipient, other] = [testKey().address, testKey().address];
const table = testKey().address;
const TABLE_PROGRAM = 'AddressLookupTab1e1111111111111111111111111';

beforeAll(async () => {
  chain = await startTestChain({ weather: true });
  wallet = await testWallet();
  const { addresses } = wallet;
  vault = addresses.vault;
  await chain.fund(addresses.feeAccount, 10n * SOL);
  await chain.fund(vault, 50n * SOL);
  for (const message of must(await chain.adapter.createSmartWallet({ addresses, timeLockSeconds: 0, limits: [] })))
    await chain.land(message, [wallet.owner, wallet.createKey, wallet.feeAccount]);
});
afterAll(() => chain.close());

const decode = async (message: Uint8Array): Promise<DecodedCall> =>
  must(await chain.adapter.decodeCall(message, contextOf(wallet, [recipient, other])));
const unknowns = ({ effects }: Pick<DecodedCall, 'effects'>): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'unknown' ? [effect.reason] : []));
const action = (message: Uint8Array, pins: readonly LookupPin[] = []): RequestedAction => ({ kind: 'call', message, pins });
const together = async (call: RequestedAction) => {
  const { addresses } = wallet;
  const intent = must(await chain.adapter.buildIntent({ addresses, action: call }));
  return chain.adapter.buildTransaction({ route: 'countersigned', addresses, action: call, intent });
};

/** Writes a lookup table: state, deactivation slot, last extension, authority, padding to 56 bytes, then addresses. */
async function writeTable(contents: readonly Address[], owner = TABLE_PROGRAM): Promise<void> {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(1);
  header.writeBigUInt64LE(2n ** 64n - 1n, 4);
  const data = Buffer.concat([header, ...contents.map((address) => decodeBase58(address) ?? Buffer.alloc(32))]);
  await chain.rpc('chain_setAccount', { address: table, lamports: 5_000_000, owner, data: data.toString('base64') });
  await new Promise((resolve) => setTimeout(resolve, 100));
}
/** A version 0 message that takes what it can from the table, as wallets and routers make them. */
function withTable(instructions: readonly Instruction[], contents: readonly Address[]): Uint8Array {
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (made) => setTransactionMessageFeePayer(kitAddress(vault), made),
    (made) =>
      setTransactionMessageLifetimeUsingBlockhash(
        {
          blockhash: SYSTEM_PROGRAM as string as Parameters<typeof setTransactionMessageLifetimeUsingBlockhash>[0]['blockhash'],
          lastValidBlockHeight: 0n,
        },
        made,
      ),
    (made) => appendTransactionMessageInstructions(instructions, made),
    (made) => compressTransactionMessageUsingAddressLookupTables(made, { [kitAddress(table)]: contents.map(kitAddress) }),
  );
  return Uint8Array.from(getCompiledTransactionMessageEncoder().encode(compileTransactionMessage(message)));
}

describe("an agent's own message", () => {
  test('is executed by the vault with its memo, without its compute budget, and the vault pays no fee', async () => {
    const instructions = [
      ...computeBudget(300_000, 5n),
      sol(vault, recipient, SOL),
      ...memoInstructions('two at once'),
      sol(vault, other, SOL),
    ];
    const message = agentMessage(vault, instructions);
    const decoded = await decode(message);
    expect(unknowns(decoded)).toEqual([]);
    expect(decoded.payment).toBeNull();
    expect(decoded.effects).toContainEqual(expect.objectContaining({ kind: 'memo', text: 'two at once' }));
    const built = must(await together(action(message)));
    const outer = must(await chain.adapter.decodeTransaction(built.bytes, contextOf(wallet, [recipient, other])));
    expect(outer.effects).toContainEqual(expect.objectContaining({ kind: 'memo', text: 'two at once' }));
    expect(outflows(outer.effects)).toMatchObject([
      { destination: recipient, amount: SOL },
      { destination: other, amount: SOL },
    ]);
    const before = must(await chain.adapter.getBalance(vault, NATIVE_ASSET));
    const { status, signature } = await chain.land(built, [wallet.owner, wallet.agent, wallet.feeAccount]);
    expect(status).toMatchObject({ error: null });
    expect(must(await chain.adapter.getTransaction(signature, wallet.addresses))).toMatchObject({
      ...{ feeLamports: 15_000n, feePayer: wallet.addresses.feeAccount, vaultOutflows: [{ asset: 'SOL', amount: 2n * SOL }] },
    });
    expect(must(await chain.adapter.getBalance(vault, NATIVE_ASSET))).toBe(before - 2n * SOL);
  });

  test('that is one payment with a memo and a compute budget is that payment', async () => {
    const message = agentMessage(vault, [...computeBudget(300_000, 5n), sol(vault, recipient, 7n), ...memoInstructions('invoice 7')]);
    expect((await decode(message)).payment).toEqual({ asset: 'SOL', amount: 7n, recipient, memo: 'invoice 7' });
  });

  test('two of equal calls are different bytes', async () => {
    const call = action(agentMessage(vault, [sol(vault, recipient, 7n), sol(vault, other, 7n)]));
    const [one, two] = [must(await together(call)), must(await together(call))];
    expect(Buffer.compare(one.bytes, two.bytes)).not.toBe(0);
  });

  test('with a blockhash of this chain, or none, says what it does; with any other it is unknown (INVARIANT I5)', async () => {
    const { value } = (await chain.rpc('getLatestBlockhash', { commitment: 'confirmed' })) as { value: { blockhash: string } };
    const payment = [sol(vault, recipient, 7n)];
    expect((await decode(agentMessage(vault, payment, value.blockhash))).payment).toMatchObject({ amount: 7n });
    const elsewhere = await decode(agentMessage(vault, payment, testKey().address));
    expect(unknowns(elsewhere)).toEqual([expect.stringContaining('for another network, or too long ago')]);
    expect(elsewhere.payment).toBeNull();
  });

  test('that needs anybody else to sign is unknown and not built (INVARIANT I5)', async () => {
    const message = agentMessage(vault, [sol(vault, recipient, 7n), sol(wallet.addresses.owner, other, 7n)]);
    expect(unknowns(await decode(message))).not.toEqual([]);
    const built = await chain.adapter.buildIntent({ addresses: wallet.addresses, action: action(message) });
    expect(built).toMatchObject({ ok: false, error: { code: 'undecodable_message' } });
  });

  test('that does not fit into one transaction is refused with its size', async () => {
    const many = Array.from({ length: 14 }, () => sol(vault, testKey().address, 7n));
    const refused = await together(action(agentMessage(vault, many)));
    expect(refused).toMatchObject({ ok: false, error: { code: 'message_too_large', limitBytes: 1_232 } });
    expect(!refused.ok && refused.error.code === 'message_too_large' && refused.error.bytes).toBeGreaterThan(1_232);
  });
});

describe('INVARIANT I6: lookup tables', () => {
  const contents = [other, recipient];
  const message = (): Uint8Array => withTable([sol(vault, recipient, SOL), sol(vault, other, 2n * SOL)], contents);
  const pins: readonly LookupPin[] = [{ table, writable: [recipient, other], readonly: [] }];

  test('are resolved, pinned, and not in what is built', async () => {
    await writeTable(contents);
    const decoded = await decode(message());
    expect(unknowns(decoded)).toEqual([]);
    expect(decoded.slot).toBeTypeOf('bigint');
    expect(decoded.pins.map((pin) => ({ ...pin, writable: pin.writable.toSorted() }))).toEqual([
      { ...pins[0], writable: contents.toSorted() },
    ]);
    expect(outflows(decoded.effects)).toMatchObject([
      { destination: recipient, amount: SOL },
      { destination: other, amount: 2n * SOL },
    ]);
    const built = must(await together(action(message(), decoded.pins)));
    const report = must(await chain.adapter.simulateTransaction(built.bytes, contextOf(wallet)));
    expect(report).toMatchObject({ succeeded: true, vaultOutflows: [{ amount: 3n * SOL }] });
    const { status } = await chain.land(built, [wallet.owner, wallet.agent, wallet.feeAccount]);
    expect(status).toMatchObject({ error: null });
  });

  test('that change after they were decided on are refused, before and after the intent', async () => {
    await writeTable(contents);
    const decided = action(message(), (await decode(message())).pins);
    const { addresses } = wallet;
    const intent = must(await chain.adapter.buildIntent({ addresses, action: decided }));
    await writeTable([recipient, other]);
    const changed = { ok: false, error: { code: 'lookup_changed', table } };
    expect(await chain.adapter.buildIntent({ addresses, action: decided })).toEqual(changed);
    expect(await chain.adapter.buildTransaction({ route: 'countersigned', addresses, action: decided, intent })).toEqual(changed);
    expect(await chain.adapter.buildIntent({ addresses, action: action(message()) })).toEqual(changed);
  });

  test('that are none are unknown and not built (INVARIANT I5)', async () => {
    const before = message();
    for (const write of [() => writeTable([other]), () => writeTable(contents, SYSTEM_PROGRAM)]) {
      await write();
      expect(unknowns(await decode(before))).not.toEqual([]);
      expect((await chain.adapter.buildIntent({ addresses: wallet.addresses, action: action(before) })).ok).toBe(false);
    }
  });

  test('of a message are resolved for its simulation too', async () => {
    await writeTable(contents);
    const report = must(await chain.adapter.simulateTransaction(message(), contextOf(wallet)));
    expect(report).toMatchObject({ succeeded: false, problem: 'BlockhashNotFound' });
    await writeTable([other]);
    expect(await chain.adapter.simulateTransaction(message(), contextOf(wallet))).toMatchObject({ error: { code: 'undecodable_message' } });
  });
});
