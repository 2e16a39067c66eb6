/** Whether the page is being printed, so that parts that are rendered only near the view are on the paper too. */
import { useSyncExternalStore } from 'react'

const print = matchMedia('print')
let isAboutToPrint = false

export function useIsPrinting(): boolean {
  return useSyncExternalStore(subscribe, () => isAboutToPrint || print.matches)
}

// `beforeprint` comes before the page is laid out for the paper, the change of the media query after that.
function subscribe(onChange: () => void): () => void {
  const before = () => {
    isAboutToPrint = true
    onChange()
  }
  const after = () => {
    isAboutToPrint = false
    onChange()
  }
  addEventListener('beforeprint', before)
  addEventListener('afterprint', after)
  print.addEventListener('change', onChange)
  return () => {
    removeEventListener('beforeprint', before)
    removeEventListener('afterprint', after)
    print.removeEventListener('change', onChange)
  }
}
