import { type Address, type IOwnerKeys, reviewed, type Signature } from '@countersign/core';
import { assembleOwnerTransaction, type OwnerMessage, sendAndFinalize, type WalletForOwner } from '@countersign/solana/owner-tools';
import { domainFailure, wordsOf } from '../connection/failure-of.ts';
import { type Invocation, listed } from '../invocation.ts';
import { type Failure, failed, misuse } from '../outcome.ts';
import { facts, table } from '../output/table.ts';
import { uiAmount } from '../output/ui-amount-text.ts';
import { ownerKeyFailure } from '../owner-key/owner-key-failure.ts';
import { good, type Result } from '../result.ts';

const PATIENCE_MS = 180_000;
const LOOPBACK: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/** The nodes of `--rpc`; plain http only on this machine. */
export function readNodes(invocation: Invocation): Result<readonly string[], Failure> {
  const nodes = listed(invocation, 'rpc');
  if (nodes.length === 0)
    return misuse('the chain has to be asked', 'give --rpc with the address of a Solana node; several times for several');
  const wrong = nodes.find((node) => {
    const url = URL.canParse(node) ? new URL(node) : null;
    return url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname)));
  });
  return wrong === undefined
    ? good(nodes)
    : misuse(`--rpc ${wrong} is no node that is asked`, 'give an https address, or http on this machine');
}

/** What the chain alone tells of a wallet. */
export function walletOnChainLines({ network, wallet, vault, money }: WalletForOwner): readonly string[] {
  const { multisig, configAuthority, threshold, members, limits } = wallet;
  return [
    ...facts([
      ['wallet (multisig)', multisig],
      ['vault', vault],
      ['network', network],
      ['configured by', configAuthority],
      ['members', `${members.map(({ key }) => key).join(', ')}; ${threshold} have to sign`],
      ['spending limits', limits.length === 0 ? 'none' : limits.map(({ spendingLimit }) => spendingLimit).join(', ')],
    ]),
    '',
    ...table(
      ['asset', 'in the vault'],
      [
        ['SOL', uiAmount(money.lamports.toString(), 'SOL')],
        ...money.tokens.map(({ asset, amount }) => [String(asset), `${amount} base units`]),
      ],
    ),
  ];
}

/** Each message with everything that it does, decoded from its bytes. */
export function messageLines(messages: readonly OwnerMessage[]): readonly string[] {
  return messages.flatMap(({ sentences, signers }, index) => [
    '',
    `transaction ${index + 1} of ${messages.length}, signed by ${signers.join(', ')}:`,
    ...sentences.map((sentence) => `  ${sentence}`),
  ]);
}

export function sameSentences(one: readonly OwnerMessage[], other: readonly OwnerMessage[]): boolean {
  return JSON.stringify(one.map(({ sentences }) => sentences)) === JSON.stringify(other.map(({ sentences }) => sentences));
}

/** Signs one message with the keys that are open, sends it and waits until it is finalized. Gives its signature. */
export async function signAndFinalize(
  rpcUrls: readonly string[],
  message: OwnerMessage,
  keys: readonly IOwnerKeys[],
): Promise<Result<string, Failure>> {
  const signatures: { readonly signer: Address; readonly signature: Signature }[] = [...message.given];
  for (const signer of message.signers) {
    if (signatures.some((given) => given.signer === signer)) continue;
    const key = keys.find((each) => each.getOwnerPublicKey() === signer);
    if (key === undefined) throw new Error(`a transaction was built that ${signer} has to sign`);
    const what = { kind: 'transaction', message: reviewed(message.bytes, '@countersign/solana/decode') } as const;
    const signature = await key.signWithOwnerKey(what);
    if (!signature.ok) return failed(ownerKeyFailure(signature.error));
    signatures.push({ signer, signature: signature.value });
  }
  const assembled = assembleOwnerTransaction(message.bytes, signatures);
  if (!assembled.ok) return failed(domainFailure(assembled.error, `nothing was sent: ${wordsOf(assembled.error)}`, 'report it'));
  const { lastValidBlockHeight } = message;
  const sent = await sendAndFinalize({ rpcUrls, wire: assembled.value.wire, lastValidBlockHeight, patienceMs: PATIENCE_MS });
  if (sent.ok) return good(sent.value.signature);
  const { error } = sent;
  const remedy =
    'mayHaveLanded' in error && error.mayHaveLanded
      ? 'it may have landed: run the same command again, which looks at the chain first'
      : 'run the same command again: it goes on from what the chain holds';
  return failed(domainFailure(error, `the transaction ${assembled.value.signature} was not finalized: ${wordsOf(error)}`, remedy));
}

/** Refuses where the payer cannot pay for what is to be sent. */
export function expectFunds(
  payer: Address,
  plan: { readonly payerLamports: bigint; readonly neededLamports: bigint },
): Result<void, Failure> {
  const { payerLamports, neededLamports } = plan;
  if (payerLamports >= neededLamports) return good(undefined);
  const amount = (lamports: bigint): string => `${uiAmount(lamports.toString(), 'SOL')} SOL`;
  return misuse(
    `${payer} pays and has ${amount(payerLamports)}, and up to ${amount(neededLamports)} are needed`,
    `send SOL to ${payer} first`,
  );
}
