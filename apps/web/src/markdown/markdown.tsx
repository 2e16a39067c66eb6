/**
 * An answer as it streams, or as it stands: markdown to React elements, never through `innerHTML`. What a model writes
 * is hostile until shown otherwise: raw HTML is text, links lead to the web or to mail, pictures are not fetched.
 */
import './markdown.css'
import { memo, useRef } from 'react'
import { advance, emptyDocument } from './advance.ts'
import { PagedBlocks } from './blocks.tsx'

/** `text` is all of the answer so far; `isOpen` while more may come. Costs the new part only, while the text grows. */
export const Markdown = memo(function Markdown({ text, isOpen }: { text: string; isOpen: boolean }) {
  // Not state: a fold over the same texts gives the same blocks, so a render that React throws away loses nothing.
  const document = useRef(emptyDocument)
  document.current = advance(document.current, text, isOpen)
  const { sealed, tail, unread } = document.current
  return (
    <div className={isOpen ? 'md md-open' : 'md'}>
      <PagedBlocks sealed={sealed} open={tail} isSealed={!isOpen} />
      {unread && (
        <p className="md-unread" dir="auto">
          {unread}
        </p>
      )}
    </div>
  )
})
