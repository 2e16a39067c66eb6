/**
 * A message from outside, made fit for a lane: one line of limited length, with a full stop at its end, and without
 * anything that looks like a key (OpenAI repeats a part of a wrong key in its message).
 */
const charsMax = 500

/** Of a message, which can have megabytes, so much is read: more than is shown, because spaces and keys are removed. */
export const lookedAtCharsMax = 8 * 1024

export function readable(text: string): string {
  const line = text
    .slice(0, lookedAtCharsMax)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's escapes in a message are to be taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .replace(/\b(Bearer\s+)\S+/gi, '$1…')
    .replace(keyWithPrefix, '$1-…')
    .replace(/\bAIza[\w-]{10,}|\beyJ[\w-]{6,200}\.eyJ[\w.-]+/g, '…')
    .trim()
  if (line === '') return ''
  const short = line.length > charsMax ? `${line.slice(0, charsMax)}…` : line
  return /[.!?…]$/.test(short) ? short : `${short}.`
}

const keyWithPrefix =
  /\b(sk|gsk|xai|pplx|csk|tgp|key|rk|pk|hf|nvapi|r8|fw|gh[oprsu]|github_pat|glpat)[-_][\w*.-]{6,}/gi

/** A provider's code in our form, `RateLimitReached` as `rate_limit_reached`; null when it cannot be a code. */
export function toCode(code: string | null | undefined): string | null {
  const plain = (code ?? '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
  // `stopped` marks a lane that somebody stopped, so it is not accepted from a provider.
  return /^[a-z]/.test(plain) && plain !== 'stopped' ? plain : null
}
