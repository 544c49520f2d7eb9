import { type AssetInfo, mintOf, type Payment, type WalletAddresses } from '@countersign/core';
import { createNoopSigner, type Instruction } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { getTransferCheckedInstruction } from '@solana-program/token';
import { kitAddress } from './kit-address.ts';
import { tokenAccountAddress } from './pda.ts';
import { compileVaultMessage, type VaultMessage } from './vault-message.ts';

/**
 * What the vault shall do for a payment: one System transfer, or one TransferChecked from the vault's to the recipient's associated
 * token account. The same payment always gives the same bytes.
 */
export async function buildVaultMessage(addresses: WalletAddresses, payment: Payment, asset: AssetInfo): Promise<VaultMessage> {
  return compileVaultMessage(addresses.vault, [await transfer(addresses, payment, asset)]);
}

async function transfer(addresses: WalletAddresses, payment: Payment, asset: AssetInfo): Promise<Instruction> {
  const vault = createNoopSigner(kitAddress(addresses.vault));
  const mint = mintOf(payment.asset);
  if (mint === null)
    return getTransferSolInstruction({ source: vault, destination: kitAddress(payment.recipient), amount: payment.amount });
  return getTransferCheckedInstruction({
    source: kitAddress(await tokenAccountAddress(addresses.vault, mint)),
    mint: kitAddress(mint),
    destination: kitAddress(await tokenAccountAddress(payment.recipient, mint)),
    authority: vault,
    amount: payment.amount,
    decimals: asset.decimals,
  });
}
