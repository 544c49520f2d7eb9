/** `node bench/decode.ts`: decoding of messages that fill a transaction of 1,232 bytes. Prints a table; the budget is 100 µs. */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { type Address, type DecodeContext, encodeBase58 } from '@countersign/core';
import { decodeCall, decodeMessage, NO_FACTS } from '@countersign/solana/decode';
import { AccountRole, address, type Instruction } from '@solana/kit';
import { compileMessage } from '../packages/solana/src/build/compile-message.ts';
import { buildVaultMessage } from '../packages/solana/src/build/intent.ts';
import { multisigAddress, vaultAddress } from '../packages/solana/src/build/pda.ts';
import { proposalSteps } from '../packages/solana/src/build/proposal-steps.ts';
import { formatTable } from '../tools/harness/table.ts';
import { say } from '../tools/start/terminal.ts';
import { quantile } from './measure/quantile.ts';

const ROUNDS = 2_000;
const WARM_UP = 1_000;
const BUDGET_MICROS = 100;
const MESSAGE_BYTES = 1_232 - 65;
const MEMO = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const SYSTEM = address('11111111111111111111111111111111');
const lifetime = { blockhash: encodeBase58(randomBytes(32)), lastValidBlockHeight: 1n };
const anyKey = (): Address => encodeBase58(randomBytes(32)) as Address;

const createKey = anyKey();
const multisig = await multisigAddress(createKey);
const vault = await vaultAddress(multisig);
const [owner, agent, feeAccount, recipient] = [anyKey(), anyKey(), anyKey(), anyKey()];
const context: DecodeContext = {
  addresses: { multisig, vault, owner, agent, createKey, feeAccount },
  candidateRecipients: [recipient],
  assets: [],
};

const transfer = (to: Address): Instruction => ({
  programAddress: SYSTEM,
  accounts: [
    { address: address(vault), role: AccountRole.WRITABLE_SIGNER },
    { address: address(to), role: AccountRole.WRITABLE },
  ],
  data: Uint8Array.of(2, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0),
});
const memo = (bytes: number): Instruction => ({ programAddress: MEMO, data: new Uint8Array(bytes).fill(65) });

/** As many of an instruction as fit, then a memo or empty data to the last byte. */
function filled(payer: Address, each: () => readonly Instruction[], start: readonly Instruction[]): Uint8Array {
  let made = compileMessage(payer, start, lifetime).bytes;
  const instructions = [...start];
  for (;;) {
    const more = [...instructions, ...each()];
    const { bytes, signers } = compileMessage(payer, more, lifetime);
    if (bytes.length > MESSAGE_BYTES - 64 * (signers.length - 1)) return made;
    instructions.splice(0, instructions.length, ...more);
    made = bytes;
  }
}

async function countersigned(): Promise<Uint8Array> {
  const payment = { asset: 'SOL' as never, amount: 5n, recipient, memo: null };
  const intent = await buildVaultMessage(context.addresses, payment, { asset: payment.asset, decimals: 9 });
  return filled(feeAccount, () => [memo(1)], await proposalSteps(context.addresses, intent, 7n));
}

const sameTransfers = filled(vault, () => [transfer(recipient)], []);
const proposal = await countersigned();
const cases: readonly (readonly [string, () => Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  ['a call: transfers to one recipient', () => sameTransfers, (bytes) => decodeCall(bytes, context, NO_FACTS)],
  [
    'a call: transfers to recipients never seen',
    () => filled(vault, () => [transfer(anyKey())], []),
    (bytes) => decodeCall(bytes, context, NO_FACTS),
  ],
  ['a countersigned payment, filled up', () => proposal, (bytes) => decodeMessage(bytes, context, NO_FACTS)],
];

const rows = cases.map(([name, make, decode]) => {
  const messages = Array.from({ length: WARM_UP + ROUNDS }, make);
  for (const message of messages.slice(0, WARM_UP)) decode(message);
  const micros = messages.slice(WARM_UP).map((message) => {
    const before = process.hrtime.bigint();
    decode(message);
    return Number(process.hrtime.bigint() - before) / 1_000;
  });
  const median = quantile(micros, 0.5);
  const bytes = messages.at(-1)?.length ?? 0;
  return [name, `${bytes}`, median.toFixed(1), quantile(micros, 0.99).toFixed(1), median <= BUDGET_MICROS ? 'yes' : 'NO'];
});
say(
  `${cpus().length} CPUs (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}; budget ${BUDGET_MICROS} µs at the median`,
);
say(formatTable(['decode', 'bytes', 'p50 µs', 'p99 µs', 'within'], rows));
