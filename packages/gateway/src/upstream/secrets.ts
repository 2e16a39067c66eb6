/**
 * A provider may repeat the key that it was sent, in an error or in a header: it is struck out before a caller reads it.
 * Only there: in an answer it is a word that the model wrote.
 */

/** Of a secret of 8 characters and more; a shorter one ("x" for a local server) may be part of any word. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (isLong(secret) ? rest.replaceAll(secret, '[key]') : rest), text)
}

/** The same bytes where none is in them. */
export function withoutSecretsIn(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  return hasSecret(bytes, secrets) ? Buffer.from(withoutSecrets(asBuffer(bytes).toString(), secrets)) : bytes
}

export function hasSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  return secrets.some((secret) => isLong(secret) && asBuffer(bytes).includes(secret))
}

const isLong = ({ length }: string) => length >= 8

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
