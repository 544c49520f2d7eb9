import { type Effect, NATIVE_ASSET, outflows } from '@countersign/core';
import { expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { type BlockchainSubject, type ChainWorld, SOL } from './chain-world.ts';
import { errorOf, must } from './must.ts';

/** What every `IBlockchainAdapter` does with an agent's own messages; part of the suite, over its wallet. */
export function testCalls(at: () => { readonly subject: BlockchainSubject; readonly world: ChainWorld }): void {
  const unknown = (effects: readonly Effect[]) => effects.filter(({ kind }) => kind === 'unknown');

  test("an agent's own message that is nothing but a payment is that payment", async () => {
    const { subject, world } = at();
    const { chain } = subject;
    const message = subject.sends(world.addresses.vault, [{ to: world.recipient, amount: 5_000n }]);
    const decoded = must(await chain.decodeCall(message, world.context()));
    expect(decoded).toMatchObject({ payment: world.payment(5_000n), pins: [] });
    expect(unknown(decoded.effects)).toEqual([]);
    expect(outflows(decoded.effects)).toMatchObject([{ asset: NATIVE_ASSET, amount: 5_000n, destination: world.recipient }]);
  });

  test('a call is decoded and simulated, lands once with both signatures, and the record tells what moved', async () => {
    const {
      world,
      subject: { chain },
    } = at();
    const before = await world.balance();
    const call = world.callAction([SOL, 2n * SOL]);
    expect(must(await chain.decodeCall(call.message, world.context()))).toMatchObject({ payment: null, pins: [] });
    const message = await world.together(call);
    expect([...message.signers].sort()).toEqual([world.fee, world.agent, world.owner].map((key) => key.address).sort());
    const effects = must(await chain.decodeTransaction(message.bytes, world.context())).effects;
    expect(unknown(effects)).toEqual([]);
    expect(effects.flatMap((effect) => (effect.kind === 'governance' ? [effect.action] : []))).toContain('execute');
    const vaultOutflows = [{ asset: NATIVE_ASSET, amount: 3n * SOL }];
    const report = must(await chain.simulateTransaction(message.bytes, world.context()));
    expect(report).toMatchObject({ succeeded: true, vaultOutflows, vaultInflows: [], authorityChanges: [] });
    expect(unknown(report.innerEffects)).toEqual([]);
    const { signature, error } = await world.land(message);
    expect(error).toBeNull();
    expect(await world.balance()).toBe(before - 3n * SOL);
    expect(must(await chain.getTransaction(signature, world.addresses))).toMatchObject({ error: null, vaultOutflows });
  });

  test('INVARIANT I6: a call is built only for the intent and the looked-up accounts that were consented to', async () => {
    const {
      world,
      subject: { chain },
    } = at();
    const { addresses } = world;
    const call = world.callAction([1n, 2n]);
    const intent = must(await chain.buildIntent({ addresses, action: call }));
    expect(must(await chain.buildIntent({ addresses, action: call }))).toEqual(intent);
    const other = await chain.buildTransaction({ route: 'countersigned', addresses, action: world.callAction([1n, 3n]), intent });
    expect(errorOf(other)).toMatchObject({ code: 'decoded_differently' });
    const table = createTestKey().address;
    const pinned = { ...call, pins: [{ table, writable: [world.recipient], readonly: [] }] };
    expect(errorOf(await chain.buildIntent({ addresses, action: pinned }))).toEqual({ code: 'lookup_changed', table });
  });

  test('INVARIANT I5: bytes that are no message are one unknown effect of a call, and are not built', async () => {
    const {
      world,
      subject: { chain },
    } = at();
    for (const bytes of [new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(200)]) {
      const { effects, payment, pins } = must(await chain.decodeCall(bytes, world.context()));
      expect(effects.map(({ kind }) => kind)).toEqual(['unknown']);
      expect([payment, pins]).toEqual([null, []]);
      const built = await chain.buildIntent({ addresses: world.addresses, action: { kind: 'call', message: bytes, pins: [] } });
      expect(built.ok).toBe(false);
    }
  });
}
