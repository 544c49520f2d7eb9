import { type DomainError, domainError, fail, type IBlockchainAdapter, type Result } from '@countersign/core';

/**
 * The chain, closed until its network is known to be the one that was configured: before that every question is `chain_unavailable`, so that
 * nothing is ever built, signed or sent for another network.
 */
export function guardChain(chain: IBlockchainAdapter, isVerified: () => boolean): IBlockchainAdapter {
  const guarded =
    <Input extends readonly unknown[], T>(ask: (...input: Input) => Promise<Result<T, DomainError>>) =>
    async (...input: Input): Promise<Result<T, DomainError>> =>
      isVerified() ? ask(...input) : fail(domainError('chain_unavailable', { problem: 'its network is not known yet' }));
  return {
    health: () => chain.health(),
    getNetwork: () => chain.getNetwork(),
    isWalletAddress: (address) => chain.isWalletAddress(address),
    signersOf: (message) => chain.signersOf(message),
    deriveWallet: (createKey) => chain.deriveWallet(createKey),
    getAssetInfo: guarded((asset) => chain.getAssetInfo(asset)),
    planSpendingLimits: guarded((multisig, revision, limits) => chain.planSpendingLimits(multisig, revision, limits)),
    createSmartWallet: guarded((input) => chain.createSmartWallet(input)),
    changeSettings: guarded((input) => chain.changeSettings(input)),
    cancelProposals: guarded((input) => chain.cancelProposals(input)),
    addMember: guarded((input) => chain.addMember(input)),
    removeMember: guarded((input) => chain.removeMember(input)),
    readWallet: guarded((multisig) => chain.readWallet(multisig)),
    readVault: guarded((vault, assets) => chain.readVault(vault, assets)),
    listTransactions: guarded((account, after, limit) => chain.listTransactions(account, after, limit)),
    nonceAddress: (feeAccount, seed) => chain.nonceAddress(feeAccount, seed),
    createNonceAccounts: guarded((input) => chain.createNonceAccounts(input)),
    readNonceAccounts: guarded((addresses, notBefore) => chain.readNonceAccounts(addresses, notBefore)),
    buildLockdown: guarded((input) => chain.buildLockdown(input)),
    buildHandOver: guarded((input) => chain.buildHandOver(input)),
    checkLockdown: (message, addresses) => chain.checkLockdown(message, addresses),
    checkHandOver: (message, addresses, recovery) => chain.checkHandOver(message, addresses, recovery),
    buildIntent: guarded((input) => chain.buildIntent(input)),
    buildTransaction: guarded((input) => chain.buildTransaction(input)),
    decodeTransaction: guarded((message, context) => chain.decodeTransaction(message, context)),
    decodeCall: guarded((message, context) => chain.decodeCall(message, context)),
    describeEffect: (effect) => chain.describeEffect(effect),
    simulateTransaction: guarded((message, context) => chain.simulateTransaction(message, context)),
    assembleTransaction: guarded((message, signatures) => chain.assembleTransaction(message, signatures)),
    submitTransaction: guarded((wire) => chain.submitTransaction(wire)),
    getTransactionStatus: guarded((signatures) => chain.getTransactionStatus(signatures)),
    getTransaction: guarded((signature, addresses) => chain.getTransaction(signature, addresses)),
    getBalance: guarded((vault, asset) => chain.getBalance(vault, asset)),
  };
}
