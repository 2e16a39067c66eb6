/**
 * Answers that are not whole although their lane is done: they were cut, and their provider says why. They finish all
 * the same, because one limit of tokens for all lanes is a fair race; whoever shows who won says so.
 */

/** `length`: at a limit of tokens, the lane's own or the model's. `filter`: by a content filter. */
export type AnswerCut = 'length' | 'filter'

/** null: it ended by itself, or nobody says how it ended. */
export function toAnswerCut(finishReason: string | null | undefined): AnswerCut | null {
  switch (finishReason) {
    case 'length':
    // Mistral's word for a context that is full.
    case 'model_length':
      return 'length'
    case 'content_filter':
      return 'filter'
    default:
      return null
  }
}
