/**
 * Answers that are not whole although their lane is done: they were cut, and their provider says why. They finish all
 * the same, because one limit of tokens for all lanes is a fair race; the cut is shown with the verdict.
 */

/** `length`: at a limit of tokens, the lane's own or the model's. `filter`: by a content filter. */
export type AnswerCut = 'length' | 'filter'

/** null when the answer ended by itself, or when the finish reason is not known. */
export function toAnswerCut(finishReason: string | null | undefined): AnswerCut | null {
  switch (finishReason) {
    case 'length':
    // Mistral's finish reason for a context that is full.
    case 'model_length':
      return 'length'
    case 'content_filter':
      return 'filter'
    default:
      return null
  }
}
