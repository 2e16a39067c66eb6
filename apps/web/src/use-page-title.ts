/** The title of the tab, to find it among others. Called once on a page; when that page goes, the app's name stays. */
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
