/** `stop_reason` → `finish_reason`. An unknown one counts as a normal end; it stands in `native_finish_reason`. */
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
