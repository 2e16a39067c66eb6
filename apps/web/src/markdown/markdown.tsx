/**
 * An answer, streaming or whole: markdown as React elements, never through `innerHTML`. A model's text counts as
 * hostile: raw HTML is text, links lead to the web or to mail, pictures are not fetched.
 */
import './markdown.css'
import { memo, useRef } from 'react'
import { advance, emptyDocument } from './advance.ts'
import { PagedBlocks } from './blocks.tsx'

/** `text` is all of the answer so far; `isOpen` while more can come. As the text grows, only its new part costs. */
export const Markdown = memo(function Markdown({ text, isOpen }: { text: string; isOpen: boolean }) {
  // A ref, not state: the same texts give the same blocks, so a render that React discards loses nothing.
  const document = useRef(emptyDocument)
  document.current = advance(document.current, text, isOpen)
  const { sealed, tail, unread } = document.current
  return (
    <div className="md">
      <PagedBlocks sealed={sealed} open={tail} isSealed={!isOpen} />
      {unread && (
        <p className="md-unread" dir="auto">
          {unread}
        </p>
      )}
    </div>
  )
})
