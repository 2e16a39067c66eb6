/** Inline content: text, emphasis, code, links, pictures. Raw HTML except `<br>` is shown as it is written. */
import type { MarkedToken, Token, Tokens } from 'marked'
import { memo, type ReactNode } from 'react'
import type { Inline } from './block.ts'
import { decodeEntities } from './entities.ts'
import { toLinkTarget } from './link-target.ts'
import { Picture } from './picture.tsx'

export const InlineText = memo(function InlineText({ tokens }: { tokens: Inline }) {
  return toNodes(tokens)
})

function toNodes(tokens: readonly Token[]): ReactNode[] {
  return tokens.map((token, index) => toNode(token as MarkedToken, index))
}

function toNode(token: MarkedToken, key: number): ReactNode {
  switch (token.type) {
    case 'text':
      return token.tokens ? toNodes(token.tokens) : decodeEntities(token.text)
    case 'escape':
      return token.text
    case 'strong':
      return <strong key={key}>{toNodes(token.tokens)}</strong>
    case 'em':
      return <em key={key}>{toNodes(token.tokens)}</em>
    case 'del':
      return <del key={key}>{toNodes(token.tokens)}</del>
    case 'codespan':
      // TeX comes as code that has no backticks.
      return (
        <code key={key} className={token.raw.startsWith('`') ? undefined : 'md-tex'}>
          {token.text}
        </code>
      )
    case 'br':
      return <br key={key} />
    case 'link':
      return <Link key={key} link={token} />
    case 'image':
      return <Picture key={key} source={token.href} alternative={decodeEntities(token.text)} />
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw) ? <br key={key} /> : token.raw
    default:
      return token.raw
  }
}

/** A link whose address is not allowed is shown as its text alone. */
function Link({ link }: { link: Tokens.Link }) {
  const target = toLinkTarget(link.href, link.autolink)
  const label = link.autolink ? link.text : toNodes(link.tokens)
  if (!target) return label
  return (
    <a href={target.href} title={target.href} target="_blank" rel="noopener noreferrer nofollow">
      {label}
    </a>
  )
}
