/** Takes the prompt of `/?prompt=<id>`, where the library's "Race this" leads, once; then the address is `/` again. */
import type { Prompt } from '@drag-race/contracts'
import { useEffect } from 'react'
import { useSearchParams } from 'wouter'
import { navigate } from 'wouter/use-browser-location'
import { useSetup } from './setup-store.ts'

export function useAskedPrompt(prompts: readonly Prompt[] | undefined) {
  const [search] = useSearchParams()
  const choosePrompt = useSetup((store) => store.choosePrompt)
  const asked = search.get('prompt')
  useEffect(() => {
    if (asked === null || !prompts) return
    const prompt = prompts.find(({ id }) => id === asked)
    if (prompt) choosePrompt(prompt)
    navigate('/', { replace: true })
  }, [asked, prompts, choosePrompt])
}
