/** `finishReason` → `finish_reason`; null for an answer that Gemini calls broken, which must not look finished. */
import type { FinishReason } from '../dialect.ts'

export function mapFinishReason(reason: string): FinishReason | null {
  switch (reason) {
    case 'STOP':
      return 'stop'
    case 'MAX_TOKENS':
    case 'CONTINUATION':
      return 'length'
    case 'SAFETY':
    case 'RECITATION':
    case 'LANGUAGE':
    case 'BLOCKLIST':
    case 'PROHIBITED_CONTENT':
    case 'SPII':
    case 'MODEL_ARMOR':
    case 'IMAGE_SAFETY':
    case 'IMAGE_PROHIBITED_CONTENT':
    case 'IMAGE_RECITATION':
      return 'content_filter'
    // MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL, TOO_MANY_TOOL_CALLS, OTHER, and unknown ones.
    default:
      return null
  }
}
