/**
 * Text of a stranger, quoted for people: quotes, backslashes, controls, invisible and direction-changing characters and every space but
 * the plain one are written as escapes, so that what is read is what is there.
 */
export function showText(text: string): string {
  return `"${text.replace(/["\\]|[^\P{Z} ]|\p{C}|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/gu, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
