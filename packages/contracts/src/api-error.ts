/** Every error of the API: a code for programs, a message that tells people what to do. */
export interface ApiError {
  error: { code: string; message: string; details?: { path: string; message: string }[] }
}
