/**
 * What a transaction costs: 5,000 lamports a signature (those checked by a precompile included), plus the priority fee
 * ceil(compute unit price in micro-lamports × compute unit limit / 1,000,000). Without an explicit limit an instruction counts
 * 200,000 units, one of a builtin program 3,000 (SIMD-0170), 1,400,000 at most.
 */
import { COMPUTE_BUDGET_PROGRAM, SYSTEM_PROGRAM } from './programs.ts';
import type { WireMessage } from './transaction.ts';

const LAMPORTS_PER_SIGNATURE = 5_000n;
const MOST_UNITS = 1_400_000n;

const BUILTINS: ReadonlySet<string> = new Set([
  SYSTEM_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  'Vote111111111111111111111111111111111111111',
  'BPFLoaderUpgradeab1e11111111111111111111111',
  'BPFLoader1111111111111111111111111111111111',
  'BPFLoader2111111111111111111111111111111111',
  'LoaderV411111111111111111111111111111111111',
  'KeccakSecp256k11111111111111111111111111111',
  'Ed25519SigVerify111111111111111111111111111',
]);

const SIGNATURE_PRECOMPILES: ReadonlySet<string> = new Set([
  'KeccakSecp256k11111111111111111111111111111',
  'Ed25519SigVerify111111111111111111111111111',
  'Secp256r1SigVerify1111111111111111111111111',
]);

/** The fee in lamports. */
export function feeOf(message: WireMessage): bigint {
  let signatures = BigInt(message.numRequiredSignatures);
  let limit: bigint | null = null;
  let price = 0n;
  let defaultUnits = 0n;
  for (const { programIdIndex, data } of message.instructions) {
    const program = message.staticKeys[programIdIndex] ?? '';
    if (SIGNATURE_PRECOMPILES.has(program)) signatures += BigInt(data[0] ?? 0);
    defaultUnits += BUILTINS.has(program) ? 3_000n : 200_000n;
    if (program !== COMPUTE_BUDGET_PROGRAM) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (data[0] === 2 && data.length === 5) limit = BigInt(view.getUint32(1, true));
    if (data[0] === 3 && data.length === 9) price = view.getBigUint64(1, true);
  }
  const asked = limit ?? defaultUnits;
  const units = asked < MOST_UNITS ? asked : MOST_UNITS;
  return signatures * LAMPORTS_PER_SIGNATURE + (price * units + 999_999n) / 1_000_000n;
}
