export { describeBlockchainAdapterContract } from './blockchain-adapter.ts';
export type { BlockchainSubject } from './chain-world.ts';
export { type DatabaseSubject, describeDatabaseContract } from './database.ts';
export { describeKeyManagementContract } from './key-management.ts';
export type { ContractWallet, KeyManagementSubject } from './key-world.ts';
export { describeOwnerKeysContract, type OwnerKeysSubject, sampleMessage, sampleSignIn, sampleStatements } from './owner-keys.ts';
