/** What the tab says: one of many, often looked for from another one. Once a page; the page that stays has the name of the app alone. */
import { useEffect } from 'react'

const appName = 'LLM Drag Race'

export function usePageTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · ${appName}`
    return () => {
      document.title = appName
    }
  }, [title])
}
