import { NATIVE_ASSET, type Payment } from '@countersign/core';
import type { ContractWallet } from './contracts/index.ts';
import { describeKeyManagementContract } from './contracts/index.ts';
import { must } from './contracts/must.ts';
import { createFakeChain } from './fake-chain.ts';
import { createFakeKeys } from './fake-keys.ts';
import { derivedAddress } from './fake-message.ts';
import { liveSources } from './sources.ts';
import { createTestKey } from './test-key.ts';

describeKeyManagementContract('the fake keys', async () => {
  const chain = createFakeChain(liveSources);
  const keys = createFakeKeys(liveSources);
  const payment: Payment = { asset: NATIVE_ASSET, amount: 1_000n, recipient: createTestKey().address, memo: null };
  let proposals = 0n;
  const action = { kind: 'payment', payment } as const;
  const limitOf = (multisig: string) => derivedAddress('limit', multisig);
  const addressesOf = async (wallet: ContractWallet) => ({ ...wallet, ...(await chain.deriveWallet(wallet.createKey)) });
  return {
    keys,
    owner: createTestKey(),
    network: must(await chain.getNetwork()),
    multisigOf: async (createKey) => (await chain.deriveWallet(createKey)).multisig,
    termsOf: async (multisig) => ({ spendingLimit: limitOf(multisig), recipient: payment.recipient }),
    makeSpendMessage: async (wallet) => {
      const spendingLimit = limitOf(wallet.multisig);
      const addresses = await addressesOf(wallet);
      return must(await chain.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit })).bytes;
    },
    makeOwnerMessage: async (wallet) => {
      const addresses = await addressesOf(wallet);
      const intent = must(await chain.buildIntent({ addresses, action }));
      return must(await chain.buildTransaction({ route: 'countersigned', addresses, action, intent })).bytes;
    },
    makeCreationMessage: async (wallet) => {
      const [message] = must(await chain.createSmartWallet({ addresses: await addressesOf(wallet), timeLockSeconds: 0, limits: [] }));
      return message?.bytes ?? new Uint8Array();
    },
    makeCancellation: async (wallet) => {
      proposals += 1n;
      const [message] = must(await chain.cancelProposals({ addresses: await addressesOf(wallet), indexes: [proposals] }));
      return message?.bytes ?? new Uint8Array();
    },
    makeNonceMessage: async ({ feeAccount, owner }) => {
      proposals += 1n;
      const [message] = must(await chain.createNonceAccounts({ feeAccount, authority: owner, seeds: [`nonce ${proposals}`] }));
      return message?.bytes ?? new Uint8Array();
    },
    makeLockdown: async (wallet) => {
      const nonce = { address: createTestKey().address, authority: wallet.owner, nonce: createTestKey().address };
      return must(await chain.buildLockdown({ addresses: await addressesOf(wallet), nonce, limits: [limitOf(wallet.multisig)] }));
    },
    unplug: async () => keys.setReachable(false),
    close: async () => {},
  };
});
