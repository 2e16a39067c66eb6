/**
 * A name that stands in a sentence, so that its direction of writing cannot turn the sentence round: a model may be called
 * anything, and U+202E in its name would have the verdict read from right to left.
 */
export function isolate(name: string): string {
  const plain = name.replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
  // Nothing in plain Latin turns round, and texts that people copy stay clean.
  return /^[\u0020-\u024f]*$/.test(plain) ? plain : `\u2068${plain}\u2069`
}
