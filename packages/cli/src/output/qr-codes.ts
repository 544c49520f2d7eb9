import QRCode from 'qrcode';

/** Modules around the code that stay light. */
const QUIET = 4;
const LIGHT = { both: '█', top: '▀', bottom: '▄', none: ' ' };

/**
 * A QR code as lines of half blocks. With `colour` it is dark on light whatever the terminal's colours are; without, light modules are drawn, as fits
 * a dark terminal.
 */
export function qrLines(text: string, colour: boolean): readonly string[] {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'L' });
  const { size } = modules;
  const isLight = (row: number, column: number): boolean =>
    row < 0 || column < 0 || row >= size || column >= size || modules.get(row, column) === 0;
  const lines: string[] = [];
  for (let row = -QUIET; row < size + QUIET; row += 2) {
    let line = '';
    for (let column = -QUIET; column < size + QUIET; column += 1) {
      const [top, bottom] = [isLight(row, column), isLight(row + 1, column)];
      line += top && bottom ? LIGHT.both : top ? LIGHT.top : bottom ? LIGHT.bottom : LIGHT.none;
    }
    lines.push(colour ? `\u001b[97;40m${line}\u001b[0m` : line);
  }
  return lines;
}
