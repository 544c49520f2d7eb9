export * from './decode/index.ts';
export {
  createSolanaBlockchainAdapter,
  MAX_MEMO_BYTES,
  type SolanaAdapterOptions,
  type SolanaBlockchainAdapter,
  VAULT_RESERVE_LAMPORTS,
} from './solana-blockchain-adapter.ts';
