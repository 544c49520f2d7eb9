/**
 * Text that came from elsewhere, for a terminal: control, invisible and direction-changing characters are written as escapes, so that it can neither
 * move the cursor nor look like something else.
 */
export function plain(text: string): string {
  return text.replace(/[^\P{Z} ]|\p{C}|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
