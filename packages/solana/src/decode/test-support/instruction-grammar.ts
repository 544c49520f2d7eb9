import type { Address } from '@countersign/core';
import * as programs from '../addresses/programs.ts';
import { u32, u64 } from './call-world.ts';

export type Role = 'ws' | 'w' | 's' | '-';

/** The grammar of an instruction: program, roles of its accounts, parts of its data. */
export interface Rule {
  readonly program: Address;
  readonly roles: readonly Role[];
  readonly data: readonly Part[];
}
export type Part = readonly number[] | 'u8' | 'u16' | 'u32' | 'u64' | 'address' | 'option address' | 'option u64' | 'seed' | 'bytes';

const system = (number: number, roles: readonly Role[], ...data: readonly Part[]): Rule => ({
  program: programs.SYSTEM,
  roles,
  data: [u32(number), ...data],
});
const stake = (number: number, roles: readonly Role[], ...data: readonly Part[]): Rule => ({
  program: programs.STAKE,
  roles,
  data: [u32(number), ...data],
});
const vote = (number: number, roles: readonly Role[], ...data: readonly Part[]): Rule => ({
  program: programs.VOTE,
  roles,
  data: [u32(number), ...data],
});
const loader = (number: number, roles: readonly Role[], ...data: readonly Part[]): Rule => ({
  program: programs.LOADER_UPGRADEABLE,
  roles,
  data: [u32(number), ...data],
});
const table = (number: number, roles: readonly Role[], ...data: readonly Part[]): Rule => ({
  program: programs.LOOKUP_TABLE,
  roles,
  data: [u32(number), ...data],
});
const token = (program: Address, number: number, roles: readonly Role[], ...data: readonly Part[]): Rule => ({
  program,
  roles,
  data: [[number], ...data],
});

const bothTokens = (program: Address): readonly Rule[] => [
  token(program, 0, ['w', '-'], 'u8', 'address', 'option address'),
  token(program, 1, ['w', '-', '-', '-']),
  token(program, 2, ['w', '-', '-'], 'u8'),
  token(program, 3, ['w', 'w', 's'], 'u64'),
  token(program, 4, ['w', '-', 's'], 'u64'),
  token(program, 5, ['w', 's']),
  token(program, 6, ['w', 's'], 'u8', 'option address'),
  token(program, 7, ['w', 'w', 's'], 'u64'),
  token(program, 8, ['w', 'w', 's'], 'u64'),
  token(program, 9, ['w', 'w', 's']),
  token(program, 10, ['w', '-', 's']),
  token(program, 12, ['w', '-', 'w', 's'], 'u64', [6]),
  token(program, 13, ['w', '-', '-', 's'], 'u64', [6]),
  token(program, 15, ['w', 'w', 's'], 'u64', [6]),
  token(program, 17, ['w']),
  token(program, 18, ['w', '-'], 'address'),
  token(program, 20, ['w'], 'u8', 'address', 'option address'),
  token(program, 22, ['w']),
  token(program, 24, ['-'], 'bytes'),
  token(program, 38, ['w', 'w', 's']),
  token(program, 45, ['w', 'w', 's'], 'option u64'),
  token(program, 255, ['w', 'w', 's', 'w', 's'], [3, 9, 3], 'u64', [2, 1, 5]),
];

/** Instructions of every program that is understood. */
export const RULES: readonly Rule[] = [
  system(0, ['ws', 'ws'], 'u64', 'u64', 'address'),
  system(1, ['ws'], 'address'),
  system(2, ['ws', 'w'], 'u64'),
  system(3, ['ws', 'w'], 'address', 'seed', 'u64', 'u64', 'address'),
  system(4, ['w', '-', 's']),
  system(5, ['w', 'w', '-', '-', 's'], 'u64'),
  system(6, ['w', '-', '-'], 'address'),
  system(7, ['w', 's'], 'address'),
  system(8, ['ws'], 'u64'),
  system(9, ['w', 's'], 'address', 'seed', 'u64', 'address'),
  system(10, ['w', 's'], 'address', 'seed', 'address'),
  system(11, ['w', 's', 'w'], 'u64', 'seed', 'address'),
  system(12, ['w']),
  system(13, ['ws'], 'u64', 'u64', 'address'),
  ...bothTokens(programs.TOKEN),
  ...bothTokens(programs.TOKEN_2022),
  token(programs.TOKEN_2022, 26, ['w', '-', 'w', 's'], [1], 'u64', [6], 'u64'),
  token(programs.TOKEN_2022, 27, ['w', '-', 's'], 'u8', 'bytes'),
  token(programs.TOKEN_2022, 36, ['w', 's'], [1], 'address'),
  token(programs.TOKEN_2022, 44, ['w', 's'], 'u8'),
  { program: programs.ASSOCIATED_TOKEN, roles: ['ws', 'w', '-', '-', '-', '-'], data: [[1]] },
  { program: programs.ASSOCIATED_TOKEN, roles: ['w', '-', 'w', '-', '-', 'ws', '-'], data: [[2]] },
  { program: programs.COMPUTE_BUDGET, roles: [], data: [[2], 'u32'] },
  { program: programs.COMPUTE_BUDGET, roles: [], data: [[3], 'u64'] },
  { program: programs.MEMO, roles: [], data: ['bytes'] },
  { program: programs.MEMO_V1, roles: [], data: ['bytes'] },
  stake(0, ['w', '-'], 'address', 'address', 'u64', 'u64', 'address'),
  stake(1, ['w', '-', 's'], 'address', u32(1)),
  stake(4, ['w', 'w', '-', '-', 's'], 'u64'),
  vote(1, ['w', '-', 's'], 'address', u32(1)),
  vote(3, ['w', 'w', 's'], 'u64'),
  loader(3, ['w', 'w', 'w', 'w', '-', '-', 's']),
  loader(4, ['w', 's', '-']),
  loader(5, ['w', 'w', 's']),
  table(0, ['w', '-', 'ws', '-'], 'u64', 'u8'),
  table(2, ['w', 's'], u64(1n), 'address'),
  table(4, ['w', 's', 'w']),
  { program: programs.SQUADS, roles: ['w', 's', '-', '-'], data: ['u64', 'u32', 'bytes'] },
  { program: programs.ED25519, roles: [], data: ['bytes'] },
];
