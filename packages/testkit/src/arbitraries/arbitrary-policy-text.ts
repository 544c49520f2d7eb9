import { formatPolicy } from '@countersign/core';
import fc from 'fast-check';
import { arbitraryPolicy } from './arbitrary-policy.ts';

/** One change of a document; `mustRefuse` says that no reading of the policy may accept the outcome. */
export interface MutatedText {
  readonly what: string;
  readonly text: string;
  readonly mustRefuse: boolean;
}

/** Values in JSON, as text, of every kind and at every edge. */
const VALUES: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '1',
  '1.5',
  '1e400',
  '1e2',
  '9007199254740993',
  '-0',
  '60',
  '""',
  '"0"',
  '"1"',
  '"01"',
  '"-1"',
  '"1e3"',
  '"18446744073709551615"',
  '"18446744073709551616"',
  `"${'9'.repeat(400)}"`,
  '"SOL"',
  '"owner"',
  '"So11111111111111111111111111111111111111112"',
  '"\\ud800"',
  '"\\u202e"',
  '"\\u0000"',
  '"__proto__"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '{"a":1}',
  '"2026-02-30T00:00:00Z"',
  '"2099-01-01T00:00:00Z"',
];

interface Place {
  /** Position of the first and after the last character of an object's members, braces left out. */
  readonly from: number;
  readonly to: number;
}

/** Where objects stand in JSON that this module formatted itself. */
function objectsIn(text: string): readonly Place[] {
  const places: Place[] = [];
  const open: number[] = [];
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"' && text.charAt(index - 1) !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (character === '{') open.push(index + 1);
    if (character === '}') places.push({ from: open.pop() ?? 0, to: index });
  }
  return places;
}

const document = arbitraryPolicy.map(formatPolicy);
const position = fc.nat({ max: 1_000_000 });

/** A member that no object of a policy has. */
const unknownMember: fc.Arbitrary<MutatedText> = fc
  .record({
    text: document,
    at: position,
    name: fc.constantFrom('extra', 'Version', 'version ', 'autonomous\\u0000', '', '__proto__', 'constructor', 'note', '$schema'),
    value: fc.constantFrom(...VALUES),
  })
  .map(({ text, at, name, value }) => {
    const places = objectsIn(text);
    const place = places[at % places.length] ?? { from: 1, to: 1 };
    const comma = text.slice(place.from, place.to).trim() === '' ? '' : ',';
    return {
      what: 'an unknown member',
      text: `${text.slice(0, place.from)}"${name}":${value}${comma}${text.slice(place.from)}`,
      mustRefuse: true,
    };
  });

/** A member that stands twice, with the same or another value. */
const doubledMember: fc.Arbitrary<MutatedText> = fc
  .record({ text: document, at: position, value: fc.option(fc.constantFrom(...VALUES)) })
  .map(({ text, at, value }) => {
    const members = [...text.matchAll(/^ *"([A-Za-z]+)": ("[^"\n]*"|[0-9]+),?$/gm)];
    const member = members[at % members.length];
    if (member === undefined) return { what: 'nothing', text, mustRefuse: false };
    const [line, name, own] = member;
    return {
      what: 'a doubled member',
      text: `${text.slice(0, member.index)}"${name}": ${value ?? own},${line}${text.slice(member.index + line.length)}`,
      mustRefuse: true,
    };
  });

/** Another value for some member or element. */
const otherValue: fc.Arbitrary<MutatedText> = fc
  .record({ text: document, at: position, value: fc.constantFrom(...VALUES) })
  .map(({ text, at, value }) => {
    const values = [...text.matchAll(/(?<=: )("[^"\n]*"|[0-9]+)|(?<=^ *)"[^"\n]*"(?=,?$)/gm)];
    const found = values[at % values.length];
    return {
      what: 'another value',
      text: found === undefined ? text : text.slice(0, found.index) + value + text.slice(found.index + found[0].length),
      mustRefuse: false,
    };
  });

/** Characters cut out, put in and doubled. */
const brokenText: fc.Arbitrary<MutatedText> = fc
  .record({
    text: document,
    cuts: fc.array(
      fc.tuple(
        position,
        fc.nat({ max: 20 }),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 4 }),
          fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '\ud800', '\udfff', '\u0000', '//'),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ text, cuts }) => ({
    what: 'broken text',
    text: cuts.reduce((rest, [at, length, put]) => {
      const from = at % (rest.length + 1);
      return rest.slice(0, from) + put + rest.slice(from + length);
    }, text),
    mustRefuse: false,
  }));

const deep: fc.Arbitrary<MutatedText> = fc
  .record({ depth: fc.constantFrom(31, 33, 1_000, 8_000), kind: fc.constantFrom('[', '{"a":') })
  .map(({ depth, kind }) => ({
    what: 'deep nesting',
    text: `${kind.repeat(depth)}1${(kind === '[' ? ']' : '}').repeat(depth)}`,
    mustRefuse: true,
  }));

const anyJson: fc.Arbitrary<MutatedText> = fc.json().map((text) => ({ what: 'any JSON', text, mustRefuse: true }));
const anyText: fc.Arbitrary<MutatedText> = fc.string({ unit: 'binary' }).map((text) => ({ what: 'any text', text, mustRefuse: true }));

/** Documents close to policies, far from them, and hostile ones. */
export const arbitraryPolicyText: fc.Arbitrary<MutatedText> = fc.oneof(
  { weight: 4, arbitrary: unknownMember },
  { weight: 3, arbitrary: doubledMember },
  { weight: 6, arbitrary: otherValue },
  { weight: 4, arbitrary: brokenText },
  deep,
  anyJson,
  anyText,
);
