/** Blocks as elements. A page of blocks, and each block in it, renders again only when it is a new object. */
import { memo } from 'react'
import type { Block, Inline, Item, Row } from './block.ts'
import { CodeBlock } from './code-block.tsx'
import { InlineText } from './inline-text.tsx'
import { appendPages, countPaged, type Pages, pageSize } from './pages.ts'

interface BlocksProps {
  sealed: Pages<Block>
  open: readonly Block[]
  /** The open blocks are final too. */
  isSealed: boolean
}

/**
 * The blocks of an answer, each page in a box of its own, which is not laid out while it is out of view. Only the
 * outermost blocks have `dir="auto"`, so that each takes its direction from its first letter: a list would ignore the
 * letters of paragraphs that had a `dir` of their own.
 */
export function PagedBlocks(blocks: BlocksProps) {
  return toBlockPages(blocks, 'auto').map((page, index) => (
    <div key={index} className="md-page">
      {page}
    </div>
  ))
}

/** Blocks inside a block. */
export function Blocks(blocks: BlocksProps) {
  return toBlockPages(blocks)
}

function toBlockPages({ sealed, open, isSealed }: BlocksProps, dir?: 'auto') {
  const final = isSealed ? Number.POSITIVE_INFINITY : countPaged(sealed)
  return appendPages(sealed, open).map((blocks, page) => (
    <BlockPage
      key={page}
      blocks={blocks}
      final={Math.max(0, Math.min(pageSize, final - page * pageSize))}
      dir={dir}
    />
  ))
}

/** `dir` is set on outermost blocks only. */
interface Directed {
  dir?: 'auto' | undefined
}

const BlockPage = memo(function BlockPage({
  blocks,
  final,
  dir,
}: { blocks: readonly Block[]; final: number } & Directed) {
  return blocks.map((block, index) => (
    <BlockView key={index} block={block} isSealed={index < final} dir={dir} />
  ))
})

const BlockView = memo(function BlockView({
  block,
  isSealed,
  dir,
}: { block: Block; isSealed: boolean } & Directed) {
  switch (block.kind) {
    case 'flow':
      return <Flow {...block} dir={dir} />
    case 'code':
      return <CodeBlock {...block} isSealed={isSealed} />
    case 'list':
      return <List {...block} isSealed={isSealed} dir={dir} />
    case 'table':
      return <Table {...block} dir={dir} />
    case 'quote':
      return (
        <blockquote dir={dir}>
          <Blocks sealed={block.sealed} open={block.open} isSealed={isSealed} />
        </blockquote>
      )
    case 'rule':
      return <hr />
  }
})

type BlockOf<Kind extends Block['kind']> = Omit<Extract<Block, { kind: Kind }>, 'kind'>

function Flow({ level, outlineLevel, sealed, open, dir }: BlockOf<'flow'> & Directed) {
  const Tag = outlineLevel === null ? 'p' : (`h${outlineLevel}` as const)
  return (
    <Tag className={level === 0 ? undefined : `md-h${level}`} dir={dir}>
      {appendPages(sealed, [open]).map((page, index) => (
        <InlinePage key={index} page={page} />
      ))}
    </Tag>
  )
}

const InlinePage = memo(function InlinePage({ page }: { page: readonly Inline[] }) {
  return page.map((tokens, index) => <InlineText key={index} tokens={tokens} />)
})

function List({
  start,
  isSealedLoose,
  isOpenLoose,
  sealed,
  open,
  isSealed,
  dir,
}: BlockOf<'list'> & { isSealed: boolean } & Directed) {
  const Tag = start === null ? 'ul' : 'ol'
  const className = isSealedLoose || isOpenLoose ? 'md-loose' : undefined
  const final = isSealed ? Number.POSITIVE_INFINITY : countPaged(sealed)
  return (
    <Tag className={className} start={start === null || start === 1 ? undefined : start} dir={dir}>
      {appendPages(sealed, open).map((items, page) => (
        <ItemPage key={page} items={items} final={Math.max(0, Math.min(pageSize, final - page * pageSize))} />
      ))}
    </Tag>
  )
}

const ItemPage = memo(function ItemPage({ items, final }: { items: readonly Item[]; final: number }) {
  return items.map((item, index) => <ItemView key={index} item={item} isSealed={index < final} />)
})

const ItemView = memo(function ItemView({ item, isSealed }: { item: Item; isSealed: boolean }) {
  return (
    <li className={item.isTicked === null ? undefined : 'md-task'}>
      {item.isTicked !== null && (
        <span
          className={item.isTicked ? 'md-tick md-ticked' : 'md-tick'}
          role="img"
          aria-label={item.isTicked ? 'Done:' : 'To do:'}
        />
      )}
      <Blocks sealed={[]} open={item.blocks} isSealed={isSealed} />
    </li>
  )
})

function Table({ header, sealed, open, dir }: BlockOf<'table'> & Directed) {
  return (
    // Scrolls in its own box, by keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div className="md-table table-scroll" role="group" aria-label="Table" tabIndex={0} dir={dir}>
      <table>
        <thead>
          <RowView row={header} />
        </thead>
        {appendPages(sealed, open).map((rows, page) => (
          <RowPage key={page} rows={rows} />
        ))}
      </table>
    </div>
  )
}

const RowPage = memo(function RowPage({ rows }: { rows: readonly Row[] }) {
  return (
    <tbody>
      {rows.map((row, index) => (
        <RowView key={index} row={row} />
      ))}
    </tbody>
  )
})

const RowView = memo(function RowView({ row }: { row: Row }) {
  return (
    <tr>
      {row.map((cell, index) => {
        // An empty header cell is not announced as a header.
        const isHeader = cell.header && cell.text.trim() !== ''
        const Tag = isHeader ? 'th' : 'td'
        const className = cell.align && cell.align !== 'left' ? `md-${cell.align}` : undefined
        return (
          <Tag key={index} className={className} scope={isHeader ? 'col' : undefined}>
            <InlineText tokens={cell.tokens as Inline} />
          </Tag>
        )
      })}
    </tr>
  )
})
