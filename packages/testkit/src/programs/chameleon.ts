import {
  add,
  addValue,
  andValue,
  assemble,
  callSyscall,
  copy,
  exit,
  jump,
  jumpIf,
  jumpIfValue,
  type Line,
  label,
  load,
  setTo,
  shiftLeft,
  store,
  subtract,
} from './sbpf-assembler.ts';
import { writeElf } from './sbpf-elf.ts';

/**
 * A program for attacks, for a local chain: it does as its instruction data say, or not. Account 0 is the program that it calls (any
 * account where it calls none); it hands on accounts 1 to the end with the rights that it has itself (but for the last one, where that is its
 * own: 3 and 6), and as data whatever follows its own arguments. Accounts may be at most `MOST_ACCOUNTS`. The first byte of the data is what to do:
 *
 * | byte | arguments | what it does |
 * |---|---|---|
 * | 0 | | nothing |
 * | 1 `RELAY` | | calls |
 * | 2 `RELAY_AFTER` | u64 slot | calls when the clock's slot is past that, else nothing |
 * | 3 `RELAY_IF_SET` | | calls when the last account's first byte of data is not zero, else nothing |
 * | 4 `LOG` | | writes one line to the log |
 * | 5 `FAIL` | | fails with custom error 1 |
 * | 6 `SWAP` | u64 lamports | calls, then moves lamports from the last account, which it owns, to account 3 |
 */
export const CHAMELEON = { NOTHING: 0, RELAY: 1, RELAY_AFTER: 2, RELAY_IF_SET: 3, LOG: 4, FAIL: 5, SWAP: 6 } as const;
export const MOST_ACCOUNTS = 24;

/** Where things lie below the frame pointer, which is register 10. */
const ACCOUNTS = -8 * MOST_ACCOUNTS;
const METAS = ACCOUNTS - 16 * MOST_ACCOUNTS;
const INFOS = METAS - 56 * MOST_ACCOUNTS;
const INSTRUCTION = INFOS - 40;
const CLOCK = INSTRUCTION - 40;
const COUNT = CLOCK - 8;
const DATA = COUNT - 8;
const LENGTH = DATA - 8;
const BACK = LENGTH - 8;
const HANDED = BACK - 8;

/** Of an account as the loader hands it over: u8 first seen at, u8 signer, u8 writable, u8 executable, u32, key, owner, u64 lamports, u64 length, data. */
const [SIGNER, WRITABLE, EXECUTABLE, KEY, OWNER, LAMPORTS, LENGTH_OF_DATA, ACCOUNT_DATA] = [1, 2, 3, 8, 40, 72, 80, 88] as const;
const SPARE_BYTES = 10_240;

/** Notes the place of each account on the stack; then where the data are and how long. Input in register 1. */
const readInput: readonly Line[] = [
  copy(6, 1),
  load(8, 7, 6, 0),
  store(8, 10, COUNT, 7),
  jumpIfValue(7, '>', MOST_ACCOUNTS, 'fail'),
  addValue(6, 8),
  copy(9, 10),
  addValue(9, ACCOUNTS),
  label('next account'),
  jumpIfValue(7, '==', 0, 'accounts read'),
  load(1, 8, 6, 0),
  jumpIfValue(8, '==', 0xff, 'new account'),
  // Seen before: the same place again.
  shiftLeft(8, 3),
  copy(5, 10),
  add(5, 8),
  load(8, 5, 5, ACCOUNTS),
  store(8, 9, 0, 5),
  addValue(6, 8),
  jump('noted'),
  label('new account'),
  store(8, 9, 0, 6),
  load(8, 8, 6, LENGTH_OF_DATA),
  addValue(8, ACCOUNT_DATA + SPARE_BYTES + 7),
  andValue(8, -8),
  add(6, 8),
  // The epoch in which rent is due.
  addValue(6, 8),
  label('noted'),
  addValue(9, 8),
  addValue(7, -1),
  jump('next account'),
  label('accounts read'),
  load(8, 7, 6, 0),
  jumpIfValue(7, '==', 0, 'done'),
  addValue(6, 8),
  load(1, 8, 6, 0),
  addValue(6, 1),
  addValue(7, -1),
  store(8, 10, DATA, 6),
  store(8, 10, LENGTH, 7),
];

/** Takes a u64 off the data into register 9. */
const takeArgument: readonly Line[] = [
  load(8, 6, 10, DATA),
  load(8, 7, 10, LENGTH),
  jumpIfValue(7, '<', 8, 'fail'),
  load(8, 9, 6, 0),
  addValue(6, 8),
  addValue(7, -8),
  store(8, 10, DATA, 6),
  store(8, 10, LENGTH, 7),
];

const chooseBehaviour: readonly Line[] = [
  jumpIfValue(8, '==', CHAMELEON.RELAY, 'relay'),
  jumpIfValue(8, '==', CHAMELEON.RELAY_AFTER, 'relay after'),
  jumpIfValue(8, '==', CHAMELEON.RELAY_IF_SET, 'relay if set'),
  jumpIfValue(8, '==', CHAMELEON.LOG, 'log'),
  jumpIfValue(8, '==', CHAMELEON.FAIL, 'fail'),
  jumpIfValue(8, '==', CHAMELEON.SWAP, 'swap'),
  jump('done'),
  label('relay after'),
  ...takeArgument,
  copy(1, 10),
  addValue(1, CLOCK),
  callSyscall('sol_get_clock_sysvar'),
  load(8, 1, 10, CLOCK),
  jumpIf(1, '>', 9, 'relay'),
  jump('done'),
  label('relay if set'),
  load(8, 1, 10, COUNT),
  shiftLeft(1, 3),
  copy(2, 10),
  add(2, 1),
  load(8, 2, 2, ACCOUNTS - 8),
  load(1, 1, 2, ACCOUNT_DATA),
  jumpIfValue(1, '!=', 0, 'relay'),
  jump('done'),
  label('log'),
  copy(1, 10),
  addValue(1, CLOCK),
  setTo(2, 0x796c6e6f),
  store(4, 1, 0, 2),
  setTo(2, 4),
  callSyscall('sol_log_'),
  jump('done'),
  label('swap'),
  ...takeArgument,
  store(8, 10, BACK, 9),
  setTo(8, CHAMELEON.SWAP),
];

/** Meta and info of every account from the second on, then the call. Register 8 keeps what is being done. */
const relay: readonly Line[] = [
  label('relay'),
  load(8, 7, 10, COUNT),
  jumpIfValue(7, '==', 0, 'fail'),
  addValue(7, -1),
  jumpIfValue(8, '==', CHAMELEON.SWAP, 'keep last'),
  jumpIfValue(8, '==', CHAMELEON.RELAY_IF_SET, 'keep last'),
  jump('hand on'),
  label('keep last'),
  jumpIfValue(7, '==', 0, 'fail'),
  addValue(7, -1),
  label('hand on'),
  store(8, 10, HANDED, 7),
  copy(6, 10),
  addValue(6, ACCOUNTS + 8),
  copy(4, 10),
  addValue(4, METAS),
  copy(5, 10),
  addValue(5, INFOS),
  label('next meta'),
  jumpIfValue(7, '==', 0, 'call'),
  load(8, 9, 6, 0),
  copy(1, 9),
  addValue(1, KEY),
  store(8, 4, 0, 1),
  store(8, 5, 0, 1),
  load(1, 1, 9, WRITABLE),
  store(1, 4, 8, 1),
  store(1, 5, 49, 1),
  load(1, 1, 9, SIGNER),
  store(1, 4, 9, 1),
  store(1, 5, 48, 1),
  load(1, 1, 9, EXECUTABLE),
  store(1, 5, 50, 1),
  copy(1, 9),
  addValue(1, LAMPORTS),
  store(8, 5, 8, 1),
  load(8, 1, 9, LENGTH_OF_DATA),
  store(8, 5, 16, 1),
  copy(2, 9),
  addValue(2, ACCOUNT_DATA),
  store(8, 5, 24, 2),
  copy(2, 9),
  addValue(2, OWNER),
  store(8, 5, 32, 2),
  // The rent epoch follows the data, aligned to 8.
  copy(2, 9),
  addValue(1, ACCOUNT_DATA + SPARE_BYTES + 7),
  andValue(1, -8),
  add(2, 1),
  load(8, 2, 2, 0),
  store(8, 5, 40, 2),
  addValue(4, 16),
  addValue(5, 56),
  addValue(6, 8),
  addValue(7, -1),
  jump('next meta'),
  label('call'),
  copy(1, 10),
  addValue(1, INSTRUCTION),
  load(8, 2, 10, ACCOUNTS),
  addValue(2, KEY),
  store(8, 1, 0, 2),
  copy(2, 10),
  addValue(2, METAS),
  store(8, 1, 8, 2),
  load(8, 3, 10, HANDED),
  store(8, 1, 16, 3),
  load(8, 2, 10, DATA),
  store(8, 1, 24, 2),
  load(8, 2, 10, LENGTH),
  store(8, 1, 32, 2),
  copy(2, 10),
  addValue(2, INFOS),
  setTo(4, 0),
  setTo(5, 0),
  callSyscall('sol_invoke_signed_c'),
  jumpIfValue(0, '!=', 0, 'fail'),
  jumpIfValue(8, '!=', CHAMELEON.SWAP, 'done'),
  load(8, 9, 10, BACK),
  load(8, 1, 10, COUNT),
  jumpIfValue(1, '<', 5, 'fail'),
  shiftLeft(1, 3),
  copy(2, 10),
  add(2, 1),
  load(8, 2, 2, ACCOUNTS - 8),
  load(8, 3, 2, LAMPORTS),
  jumpIf(3, '<', 9, 'fail'),
  subtract(3, 9),
  store(8, 2, LAMPORTS, 3),
  load(8, 2, 10, ACCOUNTS + 24),
  load(8, 3, 2, LAMPORTS),
  add(3, 9),
  store(8, 2, LAMPORTS, 3),
];

/** The ELF of the program. */
export function chameleonProgram(): Uint8Array {
  const ends = [label('done'), setTo(0, 0), exit(), label('fail'), setTo(0, 1), exit()];
  return writeElf(assemble([...readInput, ...chooseBehaviour, ...relay, ...ends]));
}
