import type { InstructionShape, ProgramRule } from './agent-policy.ts';
import { type Compare, change, higher, inside, listed, members, restriction, same, show } from './compare-policies-fields.ts';

type WorstReturn = NonNullable<ProgramRule['worstReturn']>;

export const programs: Compare<readonly ProgramRule[]> = listed({
  key: ({ program }) => program,
  each: members<ProgramRule>({
    program: same('loosens'),
    label: same('neutral'),
    instructions,
    worstReturn: restriction(members<WorstReturn>({ group: same('loosens'), percent: higher })),
  }),
  added: () => 'loosens',
  removed: () => 'tightens',
});

/** Shapes permit, each by itself: one that is new or different is tighter only when every call of it had one of the former shapes. */
function instructions(
  before: readonly InstructionShape[],
  after: readonly InstructionShape[],
  place: Parameters<Compare<readonly InstructionShape[]>>[2],
): ReturnType<Compare<readonly InstructionShape[]>> {
  const gone = before.filter(({ name }) => !after.some((shape) => shape.name === name));
  return [
    ...gone.map((shape) => {
      const renamed = after.some((each) => covers(each, shape));
      return change(inside(place, shape.name), show(shape), null, renamed ? 'neutral' : 'tightens');
    }),
    ...after.flatMap((shape) => {
      const was = before.find(({ name }) => name === shape.name) ?? null;
      if (was !== null && show(was) === show(shape)) return [];
      const covering = before.filter((each) => covers(each, shape));
      const effect = covering.length === 0 ? 'loosens' : covering.some((each) => covers(shape, each)) ? 'neutral' : 'tightens';
      return [change(inside(place, shape.name), show(was), show(shape), effect)];
    }),
  ];
}

/** INVARIANT I5: the members of a shape are named one by one; a shape with another member does not compile here. */
const PARTS: { readonly [Name in keyof InstructionShape]-?: (wide: InstructionShape, narrow: InstructionShape) => boolean } = {
  name: () => true,
  discriminator: (wide, narrow) => wide.discriminator !== '' && narrow.discriminator.startsWith(wide.discriminator),
  dataBytes: (wide, narrow) => wide.dataBytes === null || wide.dataBytes === narrow.dataBytes,
  accounts: (wide, narrow) =>
    wide.accounts.every(({ position, is }) => narrow.accounts.some((each) => each.position === position && each.is === is)),
};

/** Whether whatever has the narrow shape has the wide one too. */
function covers(wide: InstructionShape, narrow: InstructionShape): boolean {
  return Object.values(PARTS).every((part) => part(wide, narrow));
}
