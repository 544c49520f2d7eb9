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
    unplug: async () => keys.setReachable(false),
    close: async () => {},
  };
});
