import { type Address, type AssetId, NATIVE_ASSET, type Payment, type PlannedLimit, tokenAsset } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { PublicKey, SystemProgram, type TransactionInstruction, TransactionMessage } from '@solana/web3.js';
import * as sqds from '@sqds/multisig';
import { beforeAll, describe, expect, test } from 'vitest';
import { testKey } from '../test-support/test-key.ts';
import { type TestWallet, testWallet } from '../test-support/test-wallet.ts';
import { buildVaultMessage } from './intent.ts';
import { limitCreateKey } from './limit-create-key.ts';
import { programConfigAddress, spendingLimitAddress } from './pda.ts';
import { proposalSteps } from './proposal-steps.ts';
import {
  addMember,
  addSpendingLimit,
  type Configuration,
  cancelProposal,
  changeThreshold,
  createMultisig,
  removeMember,
  removeSpendingLimit,
  setConfigAuthority,
  setRentCollector,
  setTimeLock,
  spendingLimitUse,
} from './squads-instructions.ts';

/** Both as plain data: program, accounts with their flags, bytes. */
function fromKit({ programAddress, accounts = [], data = new Uint8Array() }: Instruction): unknown {
  return {
    program: programAddress,
    accounts: accounts.map(({ address, role }) => [address, role >= 2, role % 2 === 1]),
    data: Buffer.from(data).toString('hex'),
  };
}
function fromSdk({ programId, keys, data }: TransactionInstruction): unknown {
  return {
    program: programId.toBase58(),
    accounts: keys.map(({ pubkey, isSigner, isWritable }) => [pubkey.toBase58(), isSigner, isWritable]),
    data: data.toString('hex'),
  };
}
const pk = (address: Address): PublicKey => new PublicKey(address);
const { Permissions, Period } = sqds.types;

let wallet: TestWallet;
let multisigPda: PublicKey;
const recipient = testKey('sdk recipient').address;
const mint = testKey('sdk mint').address;
const treasury = testKey('sdk treasury').address;

const by = (): Configuration => {
  const { multisig, owner, feeAccount } = wallet.addresses;
  return { multisig, authority: owner, payer: feeAccount };
};

beforeAll(async () => {
  wallet = await testWallet('sdk');
  multisigPda = pk(wallet.addresses.multisig);
});

describe("the same bytes and accounts as Squads' own client", () => {
  test('multisigCreateV2', async () => {
    const { owner, agent, createKey, feeAccount } = wallet.addresses;
    const sdk = sqds.instructions.multisigCreateV2({
      treasury: pk(treasury),
      creator: pk(feeAccount),
      multisigPda,
      configAuthority: pk(owner),
      threshold: 2,
      members: [owner, agent].map((member) => ({ key: pk(member), permissions: Permissions.all() })),
      timeLock: 3_600,
      createKey: pk(createKey),
      rentCollector: pk(feeAccount),
    });
    expect(fromKit(await createMultisig(wallet.addresses, 3_600, treasury))).toEqual(fromSdk(sdk));
    expect(await programConfigAddress()).toBe(sqds.getProgramConfigPda({})[0].toBase58());
  });

  test.each([
    ['SOL', NATIVE_ASSET, 86_400, Period.Day],
    ['a token', tokenAsset(mint), 604_800, Period.Week],
    ['SOL by month', NATIVE_ASSET, 2_592_000, Period.Month],
  ] as const)('multisigAddSpendingLimit and multisigRemoveSpendingLimit of %s', async (_, asset: AssetId, periodSeconds, period) => {
    const { owner, agent, feeAccount, multisig } = wallet.addresses;
    const createKey = limitCreateKey(multisig, 3, asset);
    const spendingLimit = await spendingLimitAddress(multisig, createKey);
    const limit: PlannedLimit = {
      asset,
      amount: 123_456_789_012n,
      periodSeconds,
      destinations: [recipient, owner],
      createKey,
      spendingLimit,
      decimals: 9,
    };
    const sdk = sqds.instructions.multisigAddSpendingLimit({
      multisigPda,
      configAuthority: pk(owner),
      spendingLimit: pk(spendingLimit),
      rentPayer: pk(feeAccount),
      createKey: pk(createKey),
      vaultIndex: 0,
      mint: asset === NATIVE_ASSET ? PublicKey.default : pk(mint),
      amount: 123_456_789_012n,
      period,
      members: [pk(agent)],
      destinations: [pk(recipient), pk(owner)],
    });
    expect(fromKit(addSpendingLimit(by(), limit, agent))).toEqual(fromSdk(sdk));
    const removal = sqds.instructions.multisigRemoveSpendingLimit({
      multisigPda,
      configAuthority: pk(owner),
      spendingLimit: pk(spendingLimit),
      rentCollector: pk(feeAccount),
    });
    expect(fromKit(removeSpendingLimit(by(), spendingLimit))).toEqual(fromSdk(removal));
  });

  test('multisigAddMember and multisigRemoveMember', () => {
    const { owner, feeAccount } = wallet.addresses;
    const added = sqds.instructions.multisigAddMember({
      multisigPda,
      configAuthority: pk(owner),
      rentPayer: pk(feeAccount),
      newMember: { key: pk(recipient), permissions: Permissions.all() },
    });
    expect(fromKit(addMember(by(), recipient))).toEqual(fromSdk(added));
    const removed = sqds.instructions.multisigRemoveMember({ multisigPda, configAuthority: pk(owner), oldMember: pk(recipient) });
    expect(fromKit(removeMember(by(), recipient))).toEqual(fromSdk(removed));
  });

  test('multisigSetTimeLock, proposalCancel', async () => {
    const { owner } = wallet.addresses;
    const timeLock = sqds.instructions.multisigSetTimeLock({ multisigPda, configAuthority: pk(owner), timeLock: 7 });
    expect(fromKit(setTimeLock(by(), 7))).toEqual(fromSdk(timeLock));
    const cancel = sqds.instructions.proposalCancel({ multisigPda, transactionIndex: 4n, member: pk(owner) });
    expect(fromKit(await cancelProposal(wallet.addresses.multisig, owner, 4n))).toEqual(fromSdk(cancel));
  });

  test('multisigChangeThreshold, multisigSetConfigAuthority and multisigSetRentCollector have the form of a setting that needs no room', () => {
    const { multisig, owner } = wallet.addresses;
    const accounts = [
      [multisig, false, true],
      [owner, true, false],
      [sqds.PROGRAM_ADDRESS, false, false],
      [SystemProgram.programId.toBase58(), false, false],
    ];
    for (const instruction of [changeThreshold(by(), 1), setConfigAuthority(by(), recipient), setRentCollector(by(), recipient)])
      expect(fromKit(instruction)).toMatchObject({ program: sqds.PROGRAM_ADDRESS, accounts });
  });

  test.each([
    ['SOL', NATIVE_ASSET, 9],
    ['a token', tokenAsset(mint), 6],
  ] as const)('spendingLimitUse of %s', async (_, asset: AssetId, decimals) => {
    const limit = testKey('sdk limit').address;
    const payment: Payment = { asset, amount: 1_234_567n, recipient, memo: null };
    const sdk = sqds.instructions.spendingLimitUse({
      multisigPda,
      member: pk(wallet.addresses.agent),
      spendingLimit: pk(limit),
      ...(asset === NATIVE_ASSET ? {} : { mint: pk(mint) }),
      vaultIndex: 0,
      amount: 1_234_567,
      decimals,
      destination: pk(recipient),
    });
    expect(fromKit(await spendingLimitUse(wallet.addresses, limit, payment, { asset, decimals }))).toEqual(fromSdk(sdk));
  });

  test('the life of a proposal, and the compact vault message', async () => {
    const { vault, agent, owner, feeAccount } = wallet.addresses;
    const payment: Payment = { asset: NATIVE_ASSET, amount: 5_000_000_000n, recipient, memo: null };
    const message = await buildVaultMessage(wallet.addresses, payment, { asset: NATIVE_ASSET, decimals: 9 });
    const transactionMessage = new TransactionMessage({
      payerKey: pk(vault),
      recentBlockhash: PublicKey.default.toBase58(),
      instructions: [SystemProgram.transfer({ fromPubkey: pk(vault), toPubkey: pk(recipient), lamports: 5_000_000_000 })],
    });
    const common = { multisigPda, transactionIndex: 9n };
    const [create, propose, byAgent, byOwner, execute, close] = await proposalSteps(wallet.addresses, message, 9n);
    if (!create || !propose || !byAgent || !byOwner || !execute || !close) throw new Error('six steps');
    expect(fromKit(create)).toEqual(
      fromSdk(
        sqds.instructions.vaultTransactionCreate({
          ...common,
          creator: pk(agent),
          rentPayer: pk(feeAccount),
          vaultIndex: 0,
          ephemeralSigners: 0,
          transactionMessage,
        }),
      ),
    );
    expect(fromKit(propose)).toEqual(
      fromSdk(sqds.instructions.proposalCreate({ ...common, creator: pk(agent), rentPayer: pk(feeAccount) })),
    );
    expect(fromKit(byAgent)).toEqual(fromSdk(sqds.instructions.proposalApprove({ ...common, member: pk(agent) })));
    expect(fromKit(byOwner)).toEqual(fromSdk(sqds.instructions.proposalApprove({ ...common, member: pk(owner) })));
    expect(fromKit(close)).toEqual(fromSdk(sqds.instructions.vaultTransactionAccountsClose({ ...common, rentCollector: pk(feeAccount) })));
    // The client's execute reads the chain for its remaining accounts; its fixed part comes from the generated builder.
    const fixed = sqds.generated.createVaultTransactionExecuteInstruction({
      multisig: multisigPda,
      proposal: sqds.getProposalPda(common)[0],
      transaction: sqds.getTransactionPda({ multisigPda, index: 9n })[0],
      member: pk(agent),
      anchorRemainingAccounts: [
        { pubkey: pk(vault), isSigner: false, isWritable: true },
        { pubkey: pk(recipient), isSigner: false, isWritable: true },
        { pubkey: SystemProgram.programId, isSigner: false, isWritable: false },
      ],
    });
    expect(fromKit(execute)).toEqual(fromSdk(fixed));
  });
});
