/** What `advance` promises: however a text is cut, the result is that of the whole text, and only its end costs. */
import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { advance, type Document, emptyDocument } from './advance.ts'
import { toBlocks } from './block.ts'
import { Blocks } from './blocks.tsx'
import { lex } from './dialect.ts'
import { placeHeadings } from './outline.ts'
import type { Limits } from './tail.ts'

/** So small that a block of a few words counts as long. */
const small: Limits = { longChars: 12, keepChars: 4, patientChars: 1e9, plainChars: 1e9, sliceChars: 1e9 }
const patient: Limits = { ...small, patientChars: 60, sliceChars: 90 }

/** Many seeds instead of one long run: each test has its own time limit, far above what it needs. */
const seeds = Array.from({ length: 16 }, (_, index) => 1202 + index)

describe.each([
  ['with every block cut early', small],
  ['with long tails left waiting', patient],
])('a document ends the same however it is cut, %s', (_, limits) => {
  test.each(seeds)('from seed %i', (seed) => {
    fc.assert(
      fc.property(arrivals(), ({ text, lengths }) => {
        const fed = toHtml(feed(toPieces(text, lengths), limits))
        // An assertion costs more than a run, so it is made only when it will fail.
        if (fed !== freshHtml(text)) expect(fed).toBe(freshHtml(text))
      }),
      { numRuns: 125, seed },
    )
  })
})

describe('documents that once ended otherwise', () => {
  test.each([
    [
      'a title that begins in one paragraph and ends in another',
      '[a]: /u "open\n\ntwo\n\nthree\n\nfour "\n\nend',
    ],
    ['a definition that is still growing when its label is used', '[a]\n\ntwo\n\nthree\n\n[a]: /u/v'],
    ['a definition after what refers to it', 'see [a]\n\ntwo\n\nthree\n\nfour\n\n[a]: /u\n\nsix\n\nseven'],
    ['a definition that a quote takes back', ">- [x]:v\n'title'\n\n[x]\n\n>\n\n"],
    ['a list made loose by its last items alone', '- [x] ===\n- \n\n-->'],
    ['a quote in a list, begun by a number', '`c`*e***bold** case\n* .\n  >0.\n|'],
    ['rows of tabs', '~~~\n~~~\na|b\n-|-\n1\t\n\t\n\t\n    \n-  \n  \n```\n \n'],
    ['an underline below what looks like a fence', '``` ``` x ****  [x]\n---\n\nlong alpha\nalpha'],
    ['TeX that ends far behind', 'alpha \\(beta gamma delta\\) epsilon $$zeta eta theta$$ iota'],
    ['TeX of lines that look like lists', 'so it is\n$$\na\n- b\n- c\n# d\n- e\n$$\n\nalpha\n\nbeta'],
    ['TeX that a blank line leaves without an end', '$$\n- b\n- c\n- d\n\n$$\n\nalpha\n\nbeta'],
    ['line ends of all kinds', '- a\r\n- b\r\r\n```\r\ncode\r\n```\rend'],
    ['a link in a paragraph that is cut', 'alpha beta [l](http://u "t") gamma delta epsilon [m](http://v'],
    ['a table whose head is being cut', 'alpha | beta gamma delta\n-|-\n1|2'],
    ['a table that begins in a paragraph that is cut', 'alpha beta gamma\ndelta | epsilon\n-|-\n1|2'],
    ['a heading made of a paragraph that is cut', 'alpha beta gamma delta epsilon\nzeta\n===\n'],
  ])('%s', (_, text) => {
    for (const limits of [small, patient, undefined]) {
      for (const length of [1, 4, 9, 25]) {
        expect(toHtml(feed(toPieces(text, [length]), limits))).toBe(freshHtml(text))
      }
    }
  })
})

describe('an answer of 16,000 tokens in one block leaves only its end to be lexed', () => {
  const words = 'the guidance computer kept **priority** jobs running and `restarted` the rest, '
  test.each([
    ['a paragraph', '', words],
    ['a paragraph of many lines', '', `${words}\n`],
    ['code', '```ts\n', 'const value = compute(1) // note\n'],
    ['a list', '', `- ${words}\n`],
    ['a loose list', '', `1. ${words}\n\n`],
    ['a table', '| n | what |\n|---|---|\n', `| 1 | ${words} |\n`],
    ['a quote', '', `> ${words}\n>\n`],
  ])('%s', (_, head, part) => {
    let document = emptyDocument
    let longest = 0
    for (let text = head; text.length < 64_000; text += part) {
      document = advance(document, text, true)
      longest = Math.max(longest, text.length - document.memory.offset)
    }
    expect(longest).toBeLessThan(3000)
    expect(document.source.length).toBeGreaterThan(63_000)
  })

  test('a block that cannot be cut is lexed only when it has grown by an eighth', () => {
    let document = emptyDocument
    let lexedTimes = 0
    for (let text = '*lone '; text.length < 64_000; text += 'word ') {
      const before = document
      document = advance(document, text, true)
      if (text.length > 8000 && document.memory.lexedTo !== before.memory.lexedTo) lexedTimes += 1
    }
    expect(lexedTimes).toBeLessThan(40)
    expect(document.unread).not.toBe('')
    expect(advance(document, document.source, false).unread).toBe('')
  })
})

test.each([500, 100_000])('code in one line of 70,000 letters is code, in pieces of %i', (length) => {
  const text = `so:\n\n\`\`\`json\n${'"a", '.repeat(14_000)}\n\`\`\`\n\nend`
  expect(toHtml(feed(toPieces(text, [length])))).toBe(freshHtml(text))
})

test('sealed blocks keep their identity while the text grows', () => {
  const text = 'one\n\ntwo\n\n- a\n- b\n\nthree\n\n'.repeat(40)
  let document = emptyDocument
  for (let end = 1; end <= text.length; end += 7) {
    const next = advance(document, text.slice(0, end), true)
    const before = document.sealed.flat()
    expect(next.sealed.flat().slice(0, before.length)).toEqual(before)
    expect(before.every((block, index) => block === next.sealed.flat()[index])).toBe(true)
    document = next
  }
  expect(document.sealed.flat().length).toBeGreaterThan(150)
})

test('a text that does not continue the one before is taken as a new one', () => {
  const first = advance(emptyDocument, '# one\n\ntwo\n\nthree\n\nfour', true)
  expect(toHtml(advance(first, '# other', false))).toBe(freshHtml('# other'))
  const closed = advance(first, first.source, false)
  expect(toHtml(advance(closed, `${first.source} more`, false))).toBe(freshHtml(`${first.source} more`))
})

function feed(pieces: readonly string[], limits?: Limits): Document {
  let document = emptyDocument
  let text = ''
  for (const piece of pieces) {
    text += piece
    document = advance(document, text, true, limits)
  }
  return advance(document, text, false, limits)
}

function toHtml({ sealed, tail }: Document): string {
  const html = renderToStaticMarkup(<Blocks sealed={sealed} open={tail} isSealed={true} />)
  // Where the pieces of code end is not part of the promise.
  return html.replaceAll('</span><span class="md-piece">', '')
}

function freshHtml(text: string): string {
  const { blocks } = placeHeadings(toBlocks(lex(text.replace(/\r\n?/g, '\n'), {}).tokens), [])
  return renderToStaticMarkup(<Blocks sealed={[]} open={blocks} isSealed={true} />)
}

/** A document that tries to break the rule of sealing, and the lengths of its pieces, of which the last repeats. */
function arrivals() {
  const words = anyOf(
    'alpha¦beta¦snake_case¦2 * 3¦a < b¦[x]¦[a]¦**bold**¦*em*¦`code`¦~~no~~¦[l](http://u "t")¦www.a.b¦a@b.c¦&lt;',
    '<br>¦**「引用」**は¦字*“x”*字¦。¦x\\*y¦\\(a^2\\)¦$$a*b*$$¦\\[ a\\,b \\]¦$5¦![i](u)¦end.¦"q"¦| p¦é😀¦alpha¦beta¦gamma',
  )
  const halves = anyOf(
    '`¦「**¦**」¦は*¦~~（¦）~~字¦**¦*a¦b*¦_a¦b_¦~~¦[¦](¦)¦[a¦a]¦<a¦>¦\\¦``¦!¦<!--¦-->¦"¦(¦\\(¦\\)¦\\[¦\\]¦$$¦$',
  )
  const noise = anyOf(
    'lone *¦#¦-¦1.¦===¦---¦<div>¦</div>¦\n¦\n\n¦- ¦> ¦```\n¦    ¦\t¦ | ¦|-|-|\n¦[a]: /u\n¦\r\n¦\r¦  \n¦:¦- [ ] ',
    "http://x.y/¦~~~\n¦[b]:¦* ¦2) ¦===\n¦'¦_",
  )
  const oddity = anyOf(
    '$$\n- b\n- c\n$$¦$$\na\n===\n$$¦\\[\n+ a\n\\]¦$$\n# a\n- b¦***¦---¦===¦    indented¦<div>¦</div>¦<!-- c¦>¦|¦- ¦1.¦-x¦*x* y¦+y¦2.z¦#z¦``x¦>q¦|-|',
    '[a]: /u¦[x]: http://u "t"¦[a]:\n/u¦[x]: /v\n\'title\'¦[a]: /w "open¦[l¦[b]: <u v>',
  )
  const gaps = anyOf('\n¦\n¦\n\n¦\n\n¦\n\n¦\n\n\n¦\n \n¦  \n')

  const sentence = joined(fc.oneof({ weight: 8, arbitrary: words }, fc.oneof(halves, noise)), ' ', 10)
  // No cut can be made between what is opened here and what closes it far behind.
  const plain = joined(anyOf('alpha¦beta¦gamma¦delta¦end.¦a_b¦2 * 3'), ' ', 6)
  const pair = fc
    .tuple(
      anyOf(
        '` `¦** **¦* *¦_ _¦~~ ~~¦[ ](u)¦[ ][a]¦`` ``¦![ ](u)¦<a >¦[ ]¦<!-- -->¦( )¦\\( \\)¦\\[ \\]¦$$ $$',
      ),
      plain,
      plain,
      plain,
    )
    .map(([marks, before, inside, after]) => {
      const [open, close] = marks.split(' ')
      return `${before} ${open}${inside}${close} ${after}`
    })
  const paragraph = fc
    .tuple(
      fc.array(fc.oneof(sentence, pair), { minLength: 1, maxLength: 5 }),
      anyOf('\n¦\n¦ ¦  \n¦\\\n¦\n  '),
    )
    .map(([lines, glue]) => lines.join(glue))
  const heading = fc.tuple(anyOf('# ¦## ¦###'), words).map((parts) => parts.join(''))
  const rows = anyOf('| 1 | 2 |¦x | y¦| **b** | `c|d` |¦none¦| [a] | <br> |¦||¦\t')
  const table = fc
    .tuple(anyOf('| a | b |\n|---|:-:|\n¦a|b\n-|-\n¦| a |\n|-|\n'), joined(rows, '\n', 8))
    .map((parts) => parts.join(''))
  const lines = anyOf('let a = 1¦¦  indent¦# none¦- none¦``¦\t')
  const code = fc
    .tuple(anyOf('```¦```¦~~~¦````¦  ```'), anyOf('¦js¦ts title=x'), joined(lines, '\n', 8), fc.boolean())
    .map(([fence, info, text, isClosed]) => `${fence}${info}\n${text}${isClosed ? `\n${fence.trim()}` : ''}`)

  const { block } = fc.letrec<{ block: string; list: string; quote: string }>((tie) => ({
    list: fc
      .tuple(
        anyOf('- ¦* ¦1. ¦2) ¦- [ ] ¦- [x] ¦-   ¦  - '),
        fc.array(fc.oneof({ maxDepth: 2 }, sentence, oddity, tie('block')), { minLength: 1, maxLength: 5 }),
        anyOf('  ¦    ¦¦   '),
        gaps,
      )
      .map(([mark, items, indent, gap]) =>
        items.map((item) => mark + item.replace(/\n(?!$)/g, `\n${indent}`)).join(gap),
      ),
    quote: fc
      .tuple(fc.array(tie('block'), { minLength: 1, maxLength: 3 }), gaps, anyOf('> ¦> ¦>¦'))
      .map(([blocks, gap, mark]) => `> ${blocks.join(gap).replace(/\n/g, `\n${mark}`)}`),
    block: fc.oneof(
      { maxDepth: 2 },
      ...[paragraph, heading, table, code, oddity],
      ...[tie('list'), tie('list'), tie('quote')],
    ),
  }))
  // Blocks with gaps between them; one in three is cut short, with noise behind it.
  const cut = fc.option(fc.tuple(fc.nat(60), noise), { freq: 2 })
  const structured = fc
    .array(fc.tuple(block, gaps, cut), { minLength: 1, maxLength: 4 })
    .map((blocks) => blocks.map(([text, gap, end]) => (end ? text.slice(0, end[0]) + end[1] : text) + gap))
    .map((parts) => parts.join(''))

  return fc.record({
    text: fc.oneof({ weight: 3, arbitrary: structured }, joined(fc.oneof(noise, halves), '', 40)),
    lengths: fc.oneof(
      fc.constant([1]),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
    ),
  })
}

function anyOf(...lists: string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...lists.flatMap((list) => list.split('¦')))
}

function joined(part: fc.Arbitrary<string>, glue: string, maxLength: number): fc.Arbitrary<string> {
  return fc.array(part, { minLength: 1, maxLength }).map((parts) => parts.join(glue))
}

function toPieces(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; ) {
    const length = lengths[pieces.length] ?? lengths.at(-1) ?? 1
    pieces.push(text.slice(at, at + length))
    at += length
  }
  return pieces
}
