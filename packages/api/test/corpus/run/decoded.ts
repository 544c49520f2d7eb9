import type { CorpusWallet, Stage } from './stage.ts';

/** What the owner's own decoder says of messages, one sentence an effect; the code of its refusal where it reads none. */
export async function sentencesOf({ chain }: Stage, messages: readonly Uint8Array[], { addresses }: CorpusWallet): Promise<string> {
  const told: string[] = [];
  for (const message of messages) {
    const decoded = await chain.decodeTransaction(message, { addresses, candidateRecipients: [], assets: [] });
    told.push(...(decoded.ok ? decoded.value.effects.map((effect) => chain.describeEffect(effect)) : [decoded.error.code]));
  }
  return told.join('\n');
}
