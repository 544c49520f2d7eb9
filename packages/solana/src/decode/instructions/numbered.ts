import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';
import type { Shape } from './shape.ts';

/** The decoder of a program whose instructions begin with a u32 number. */
export function numbered(program: string, shapes: readonly Shape[]): InstructionDecoder {
  return (instruction, position, scope) => {
    const args = new ByteReader(instruction.data);
    const number = args.u32();
    const found = shapes[number];
    if (!found) throw new Malformed(`is ${program} instruction ${number}, which is not understood`);
    return found.decode(instruction, args, position, scope);
  };
}
