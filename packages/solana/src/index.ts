export { VAULT_RESERVE_LAMPORTS } from './chain/balance.ts';
export * from './decode/index.ts';
export {
  createSolanaBlockchainAdapter,
  MAX_MEMO_BYTES,
  type SolanaAdapterOptions,
  type SolanaBlockchainAdapter,
} from './solana-blockchain-adapter.ts';
