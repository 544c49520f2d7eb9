import { createSolanaBlockchainAdapter as create } from '@countersign/solana';
import { mortal } from './mortal.ts';

export const createSolanaBlockchainAdapter: typeof create = (options) => mortal('chain', create(options));
