/** The same wire transactions on the native crate and on the deployed ELF: everything but compute units is the same. */
import {
  AddressLookupTableProgram,
  Keypair,
  type PublicKey,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRATE_VERSION } from '../program/crate-cache.ts';
import { openSvm } from '../program/open-svm.ts';
import { writeProgramConfig } from '../program/program-config.ts';
import { resolveProgram } from '../program/resolve-program.ts';
import {
  addLimit,
  addMember,
  agent,
  blockhash,
  countersignedTransfer,
  createWallet,
  fund,
  multisig,
  owner,
  payer,
  recipient,
  removeAgent,
  SOL,
  START_UNIX_SECONDS,
  spend,
  vault,
  wireOf,
} from '../test-support/native-wallet.ts';
import { describeDeployed } from '../test-support/needs-deployed-program.ts';
import { describeNative } from '../test-support/needs-native-program.ts';
import type { ProgramSource, Svm, SvmExecution } from './svm.ts';

const resolved = await resolveProgram({ env: process.env, force: 'elf', dump: null, report: () => {} });
const deployed: ProgramSource = resolved.ok ? resolved.source : { kind: 'crate', version: CRATE_VERSION, binaryPath: '' };

/** Compute units are in the lines of the log too. */
function comparable({ unitsConsumed: _, logs, ...outcome }: SvmExecution): unknown {
  const unmeasured = logs.map((line) =>
    line.replace(/consumed \d+ of \d+ compute units/, 'consumed').replace(/thrown in \S+ /, 'thrown in '),
  );
  return { ...outcome, logs: unmeasured };
}

describeDeployed(deployed, 'the native program beside the deployed one', () => {
  describeNative('the native program beside the deployed one', (binaryPath) => {
    let both: readonly Svm[];

    beforeEach(async () => {
      both = await Promise.all([openSvm({ kind: 'crate', version: CRATE_VERSION, binaryPath }), openSvm(deployed)]);
      for (const svm of both) await writeProgramConfig(svm);
      await same(createWallet);
    });
    afterEach(async () => {
      for (const svm of both) await svm.close();
    });

    async function same(step: (svm: Svm) => Promise<SvmExecution>): Promise<SvmExecution> {
      const outcomes = [];
      for (const svm of both) outcomes.push(await step(svm));
      const [native, elf] = outcomes;
      if (native === undefined || elf === undefined) throw new Error('two chains have two outcomes');
      expect(comparable(native)).toEqual(comparable(elf));
      return native;
    }
    const execute = (wire: Uint8Array): Promise<SvmExecution> => same((svm) => svm.execute(wire));

    async function sameAccounts(...addresses: readonly PublicKey[]): Promise<void> {
      for (const address of addresses) {
        const [native, elf] = await Promise.all(both.map((svm) => svm.getAccount(address.toBase58())));
        expect(native).toEqual(elf);
      }
    }

    test('limits, countersigning, members and refusals', async () => {
      const stranger = Keypair.fromSeed(Buffer.alloc(32, 80)).publicKey;
      await execute(addLimit(SOL));
      await same((svm) => svm.simulate(spend(SOL / 4n)));
      await execute(spend(SOL / 4n));
      expect((await execute(spend(SOL))).error).not.toBeNull();
      expect((await execute(addLimit(SOL))).error).not.toBeNull();
      await execute(countersignedTransfer(stranger, SOL));
      expect((await execute(countersignedTransfer(stranger, SOL))).error).not.toBeNull();
      await execute(addMember(stranger));
      expect((await execute(addMember(stranger))).error).not.toBeNull();
      await execute(removeAgent());
      await sameAccounts(multisig, vault, payer.publicKey, owner.publicKey, agent.publicKey, recipient, stranger);
    });

    test('an address lookup table, in the slot after it was made', async () => {
      const at = async (slot: bigint): Promise<void> => {
        for (const svm of both) await svm.setClock({ slot, epoch: 0n, unixTimestamp: START_UNIX_SECONDS + slot });
      };
      await at(100n);
      const make = (recentSlot: bigint) =>
        AddressLookupTableProgram.createLookupTable({ authority: payer.publicKey, payer: payer.publicKey, recentSlot });
      expect((await execute(wireOf([make(100n)[0]], [payer]))).error).toEqual({ InstructionError: [0, 'InvalidInstructionData'] });
      const [create, lookupTable] = make(99n);
      const extend = AddressLookupTableProgram.extendLookupTable({
        payer: payer.publicKey,
        authority: payer.publicKey,
        lookupTable,
        addresses: [recipient],
      });
      expect((await execute(wireOf([create, extend], [payer]))).error).toBeNull();
      await at(101n);
      for (const svm of both) await fund(svm, recipient, SOL);
      const message = new TransactionMessage({
        payerKey: payer.publicKey,
        recentBlockhash: blockhash(9),
        instructions: [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: recipient, lamports: SOL })],
      });
      const state = { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 100, lastExtendedSlotStartIndex: 0, addresses: [recipient] };
      const table = { key: lookupTable, state, isActive: () => true };
      const transaction = new VersionedTransaction(message.compileToV0Message([table]));
      transaction.sign([payer]);
      expect(transaction.message.addressTableLookups).toHaveLength(1);
      expect((await execute(transaction.serialize())).error).toBeNull();
      const simulated = await Promise.all(both.map((svm) => svm.simulate(transaction.serialize())));
      for (const { postAccounts } of simulated) expect(postAccounts.get(recipient.toBase58())?.lamports).toBe(3n * SOL);
      await sameAccounts(payer.publicKey, recipient, lookupTable);
    });
  });
});
