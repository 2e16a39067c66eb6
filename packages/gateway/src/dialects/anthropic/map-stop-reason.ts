/** `stop_reason` → `finish_reason`. One that is not known yet is taken for a normal end; the caller sees it beside. */
import type { FinishReason } from '../dialect.ts'

export function mapStopReason(reason: string): FinishReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      return 'tool_calls'
    case 'refusal':
      return 'content_filter'
    default:
      return 'stop'
  }
}
