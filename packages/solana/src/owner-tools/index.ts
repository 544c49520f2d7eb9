/** `@countersign/solana/owner-tools`: what an owner can do with keys and a Solana node alone, when the service is gone. */
export { assemble as assembleOwnerTransaction } from '../chain/assemble.ts';
export { buildExit, type ExitInput, type ExitPlan } from './build-exit.ts';
export { buildRecovery, type RecoveryInput, type RecoveryPlan } from './build-recovery.ts';
export type { LeftBehind } from './exit-tokens.ts';
export type { OwnerMessage } from './owner-message.ts';
export { readWalletForOwner, type WalletForOwner } from './read-wallet-for-owner.ts';
export { formatRecoveryKit, parseRecoveryKit, type RecoveryKit } from './recovery-kit.ts';
export { type Finalized, type SendInput, sendAndFinalize } from './send-and-finalize.ts';
