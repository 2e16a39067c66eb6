/**
 * The caller's body → the body that goes up. Two things may change, as text, and every other byte stays as it came:
 * `model`, where our name is an alias or stands there twice, and `stream_options.include_usage`, which our books need.
 */
import type { ChatRequest } from '../../chat-request.ts'
import type { Target } from '../../upstream/target.ts'
import { type Edit, readMembers, splice } from './json-members.ts'

export function toUpstreamBody(
  {
    body,
    model,
    isStream,
    streamOptions,
  }: Pick<ChatRequest, 'body' | 'model' | 'isStream' | 'streamOptions'>,
  { upstreamModel, isUsageAskedFor }: Pick<Target, 'upstreamModel' | 'isUsageAskedFor'>,
): Uint8Array {
  const isAlias = model !== upstreamModel
  const asksForUsage = isStream && isUsageAskedFor && streamOptions?.include_usage !== true
  const isDoubtful = mayNameTwice(body)
  if (!isAlias && !asksForUsage && !isDoubtful) return body

  const text = body.toString()
  const members = readMembers(text)
  const replace = (key: string, value: unknown): Edit[] =>
    members
      .filter((member) => member.key === key)
      .map(({ start, end }) => ({ start, end, text: JSON.stringify(value) }))

  const edits = isAlias || isDoubtful ? replace('model', upstreamModel) : []
  if (asksForUsage) {
    const wanted = { ...streamOptions, include_usage: true }
    const replaced = replace('stream_options', wanted)
    // The object is never empty here: it has a model.
    const inserted = { start: text.indexOf('{') + 1, text: `"stream_options":${JSON.stringify(wanted)},` }
    edits.push(...(replaced.length > 0 ? replaced : [{ ...inserted, end: inserted.start }]))
  }
  return Buffer.from(splice(text, edits))
}

/**
 * We read the last `model` of several; a provider that reads the first would serve one that nobody allowed. A key may be
 * spelt with escapes: its letters are all `\u006…`.
 */
function mayNameTwice(body: Buffer): boolean {
  return body.indexOf('"model"') !== body.lastIndexOf('"model"') || body.includes('\\u006')
}
