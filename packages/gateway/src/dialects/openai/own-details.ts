/**
 * Removes the `reasoning_details` that a dialect of ours wrote, and the `reasoning_content` beside them, from a request
 * to a provider of OpenAI's form: Groq, Mistral and MiniMax refuse a message that holds them, so that a fallback to
 * them would fail. `reasoning_details` from elsewhere (OpenRouter's) stay.
 */
import { isOwnDetail } from '../reasoning-details.ts'
import { type Edit, type Member, readItems, readMembers } from './json-members.ts'

/** A quick check, because most bodies have none. */
export function mayHoldDetails(body: Buffer): boolean {
  return body.includes('"reasoning_details"')
}

/** The edits that remove them from the messages; `members` are those of the body. */
export function dropOwnDetails(text: string, members: readonly Member[]): Edit[] {
  return members
    .filter(({ key, start }) => key === 'messages' && text[start] === '[')
    .flatMap(({ start }) => readItems(text, start))
    .filter(({ start }) => text[start] === '{')
    .flatMap(({ start }) => dropFromMessage(text, readMembers(text, start)))
}

function dropFromMessage(text: string, members: readonly Member[]): Edit[] {
  const foreign = new Map<Member, string>()
  for (const member of members) {
    if (member.key !== 'reasoning_details' || text[member.start] !== '[') continue
    const details = readItems(text, member.start).map(({ start, end }) => text.slice(start, end))
    const kept = details.filter((detail) => !isOwnDetail(JSON.parse(detail)))
    if (kept.length < details.length) foreign.set(member, kept.join())
  }
  if (foreign.size === 0) return []
  const kept = members.flatMap((member) => {
    const others = foreign.get(member)
    if (others === '' || member.key === 'reasoning_content') return []
    if (others === undefined) return [text.slice(member.keyStart, member.end)]
    return [`${text.slice(member.keyStart, member.start)}[${others}]`]
  })
  return [{ start: members[0]!.keyStart, end: members.at(-1)!.end, text: kept.join() }]
}
