/** OpenAI's own limit for `n`: no caller can have asked for more answers to one request. */
export const choicesMax = 128
