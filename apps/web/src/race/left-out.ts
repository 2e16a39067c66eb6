/** Names what the setup has no fields for in a race's request; empty when the setup would start the same race again. */
import type { LaneParams, RaceRequest } from '@drag-race/contracts'
import { toMetadataField } from './metadata-field.ts'
import { rerunTag } from './rerun-tags.ts'

export function toLeftOut({ messages = [], lanes, tags = {} }: RaceRequest): string[] {
  const others = messages.length - 1
  const isSet = (name: keyof LaneParams) => lanes.some(({ params }) => params?.[name] !== undefined)
  return [
    others > 0 && `${others} other ${others === 1 ? 'message' : 'messages'} of its conversation`,
    isSet('topP') && 'top p',
    isSet('seed') && 'the seed',
    lanes.some(({ params }) => toMetadataField(params?.metadata) === null) && 'metadata of its lanes',
    Object.keys(tags).some((name) => name !== rerunTag) && 'its tags',
  ].filter((text) => text !== false)
}
