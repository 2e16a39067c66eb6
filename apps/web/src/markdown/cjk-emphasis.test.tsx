import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { maskBesideCjk } from './cjk-emphasis.ts'
import { Markdown } from './markdown.tsx'

test.each([
  ['**「引用」**は', '<strong>「引用」</strong>は'],
  ['これは**「引用」**です。', 'これは<strong>「引用」</strong>です。'],
  ['**注意：**请看', '<strong>注意：</strong>请看'],
  ['这是**“引用”**的', '这是<strong>“引用”</strong>的'],
  ['请看**《红楼梦》**和*（二）*吧', '请看<strong>《红楼梦》</strong>和<em>（二）</em>吧'],
  ['**스크립트(script)**라고', '<strong>스크립트(script)</strong>라고'],
  ['그는 **"네"**라고', '그는 <strong>&quot;네&quot;</strong>라고'],
  ['***「両方」***は', '<em><strong>「両方」</strong></em>は'],
  ['~~（旧）~~新', '<del>（旧）</del>新'],
  ['用**`code`**写', '用<strong><code>code</code></strong>写'],
  ['見て**[「題」](http://x.example/)**は', '</strong>は'],
  ['**𠮷（よし）**𠮷は', '<strong>𠮷（よし）</strong>𠮷は'],
  ['葛\u{E0100}**“城”**', '葛\u{E0100}<strong>“城”</strong>'],
  [
    '一つ目。**「二つ目」**。**三つ目。**四つ目',
    '<strong>「二つ目」</strong>。<strong>三つ目。</strong>四つ目',
  ],
])('emphasis needs no spaces beside a CJK character: %s', (text, expected) => {
  expect(html(text)).toContain(expected)
})

test.each([
  ['（_斜体_）**强调**', '（<em>斜体</em>）<strong>强调</strong>'],
  ['**强调**「_斜体_」~~旧~~', '<strong>强调</strong>「<em>斜体</em>」<del>旧</del>'],
  ['**强调**_斜体_。', '<strong>强调</strong><em>斜体</em>。'],
  ['_斜体_**强调**文字', '<em>斜体</em><strong>强调</strong>文字'],
])('an underscore is judged by its real neighbours, an asterisk by the masked ones: %s', (text, expected) => {
  expect(html(text)).toBe(`<p>${expected}</p>`)
})

test.each([
  ['**　「空」　**は', '<p>**　「空」　**は</p>'],
  ['は_「x」_は', '<p>は_「x」_は</p>'],
  ['**强调**_斜体_文字', '<p><strong>强调</strong>_斜体_文字</p>'],
  ['3 ** 四 ** 五', '<p>3 ** 四 ** 五</p>'],
])('what stays as it is: %s', (text, expected) => {
  expect(html(text)).toBe(expected)
})

test.each([['*', '**', '***'], ['~~']])(
  'a CJK character of any kind counts as a letter beside %s',
  (...runs) => {
    const parts = ['字', '「', '」', '。', 'ー', '가', '（', ' ', '\n', ...runs, ...runs]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 16 }), (words) => {
        const text = `字${words.join('')}`
        return toLatin(html(text)) === html(toLatin(text))
      }),
      { numRuns: 1000, seed: 12 },
    )
  },
)

test('text without CJK characters stays as it is', () => {
  const parts = [
    '*',
    '**',
    '~~',
    '_',
    ' ',
    '\n',
    'a',
    'é',
    '1',
    '.',
    '"',
    '“',
    '”',
    '·',
    '—',
    '😀',
    '\u{FE0F}',
    '[',
    ')',
  ]
  const text = fc.array(fc.constantFrom(...parts), { maxLength: 20 }).map((words) => words.join(''))
  fc.assert(
    fc.property(text, (masked) => maskBesideCjk(masked) === masked),
    { numRuns: 2000, seed: 12 },
  )
})

test('a run of thousands of asterisks takes time in proportion to its length, not to its square', () => {
  const text = `「${'*'.repeat(50_000)}字`
  expect(html(text)).toContain('字')
})

function html(text: string): string {
  const whole = renderToStaticMarkup(<Markdown text={text} isOpen={false} />).replaceAll(' dir="auto"', '')
  return whole.slice('<div class="md"><div class="md-page">'.length, -'</div></div>'.length)
}

function toLatin(text: string): string {
  return text.replace(/[字「」。ー가（]/g, 'a')
}
