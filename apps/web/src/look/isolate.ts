/**
 * A name for use within a sentence, isolated so that its writing direction cannot reverse the sentence: a model can
 * have any name, and U+202E in it would show the rest of the verdict from right to left.
 */
export function isolate(name: string): string {
  const plain = name.replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
  // A Latin name reverses nothing; without the isolating characters, texts that people copy stay clean.
  return /^[\u0020-\u024f]*$/.test(plain) ? plain : `\u2068${plain}\u2069`
}
