const NATIVE_DECIMALS = 9;

/** SOL as people write it, with its lamports; other assets in base units, since their decimals are not in the answer. */
export function uiAmount(baseUnits: string, asset: string, decimals: number | null = asset === 'SOL' ? NATIVE_DECIMALS : null): string {
  if (decimals === null) return `${baseUnits} base units`;
  const digits = baseUnits.padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - decimals);
  return `${whole}${fraction === '' ? '' : `.${fraction}`} (${baseUnits})`;
}
