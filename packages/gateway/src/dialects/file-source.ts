/** Documents and sounds, which come in the request itself: `file` and `input_audio`. */
import { readDataUrl } from './data-url.ts'
import { cannotCarry } from './dialect-error.ts'

export interface FileSource {
  mediaType: 'application/pdf' | 'text/plain' | 'audio/wav' | 'audio/mp3'
  base64: string
}

interface SentFile {
  file_data?: string | null | undefined
  file_id?: string | null | undefined
}

/** `param`: the file's place in the request, for an error message. */
export function readFileSource({ file_data, file_id }: SentFile, param: string): FileSource {
  if (!file_data && file_id) {
    throw cannotCarry(`${param}.file_id`, 'is known to OpenAI only: send the file itself in `file_data`.')
  }
  const data = readDataUrl(file_data ?? '')
  if (data?.mediaType === 'application/pdf' || data?.mediaType === 'text/plain') {
    return { mediaType: data.mediaType, base64: data.base64 }
  }
  throw cannotCarry(
    `${param}.file_data`,
    'must be a PDF or a plain text: `data:application/pdf;base64,…` or `data:text/plain;base64,…`.',
  )
}

export function readAudioSource({ data, format }: { data: string; format: 'wav' | 'mp3' }): FileSource {
  return { mediaType: `audio/${format}`, base64: data }
}
