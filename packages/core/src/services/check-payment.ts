import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { WalletAddresses } from '../domain/wallet.ts';
import type { IBlockchainAdapter, Payment } from '../ports/blockchain-adapter.ts';

export const MAX_MEMO_BYTES = 256;

/** What no policy can make right: a recipient that is the wallet itself or nobody's key, a memo that does not fit. */
export function checkPayment(chain: IBlockchainAdapter, addresses: WalletAddresses, payment: Payment): Result<void, DomainError> {
  const { recipient, memo } = payment;
  const own = [addresses.vault, addresses.multisig, addresses.agent, addresses.feeAccount, addresses.createKey];
  if (own.includes(recipient)) return fail(domainError('recipient_is_own_wallet', { field: 'recipient', recipient }));
  if (!chain.isWalletAddress(recipient)) return fail(domainError('recipient_off_curve', { field: 'recipient', recipient }));
  if (memo !== null && (!memo.isWellFormed() || /\p{Cc}/u.test(memo)))
    return fail(domainError('invalid_field', { field: 'memo', problem: 'holds a control character or half a character' }));
  const bytes = memo === null ? 0 : new TextEncoder().encode(memo).length;
  if (bytes > MAX_MEMO_BYTES) return fail(domainError('memo_too_long', { field: 'memo', bytes, limitBytes: MAX_MEMO_BYTES }));
  return ok(undefined);
}
