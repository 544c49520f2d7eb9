export { describeBlockchainAdapterContract } from './blockchain-adapter.ts';
export type { BlockchainSubject } from './chain-world.ts';
export { type DatabaseSubject, describeDatabaseContract } from './database.ts';
export { type ContractWallet, describeKeyManagementContract, type KeyManagementSubject } from './key-management.ts';
