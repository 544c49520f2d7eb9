import { describe, expect, test } from 'vitest';
import { chameleonProgram } from './chameleon.ts';
import { assemble, callSyscall, exit, jump, label, setTo } from './sbpf-assembler.ts';
import { writeElf } from './sbpf-elf.ts';

describe('the assembler', () => {
  test('writes instructions of eight bytes, jumps from the next one, and says where syscalls are', () => {
    const { text, calls } = assemble([setTo(1, -2), jump('end'), callSyscall('sol_log_'), label('end'), exit()]);
    expect(Buffer.from(text).toString('hex')).toBe('b7010000feffffff' + '0500010000000000' + '85000000ffffffff' + '9500000000000000');
    expect(calls).toEqual([{ at: 16, syscall: 'sol_log_' }]);
  });

  test('refuses a label that is not there, and one that stands twice', () => {
    expect(() => assemble([jump('nowhere')])).toThrow('there is no label nowhere');
    expect(() => assemble([label('here'), label('here')])).toThrow('stands twice');
  });
});

test('the program is one ELF, the same each time; what it does is seen on the local chain (packages/api/test/corpus, cases 104, 107, 266)', () => {
  const elf = Buffer.from(chameleonProgram());
  expect(elf.subarray(0, 7).toString('hex')).toBe('7f454c46020101');
  expect(elf.readUInt16LE(18)).toBe(247);
  expect(Buffer.from(chameleonProgram())).toEqual(elf);
  for (const syscall of ['sol_invoke_signed_c', 'sol_get_clock_sysvar', 'sol_log_']) expect(elf.includes(syscall)).toBe(true);
  expect(Buffer.from(writeElf(assemble([exit()])))).not.toEqual(elf);
});
