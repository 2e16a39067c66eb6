/** OpenAI's own bound for `n`. Nobody can have asked for more answers to one request. */
export const choicesMax = 128
