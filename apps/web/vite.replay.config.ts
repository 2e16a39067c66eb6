/**
 * Builds the page of an exported race: dist/export/replay.html, everything in one file, with a place for the tape. Its policy
 * names its own script and style by hash and allows nothing else, so that neither an answer nor a tape can run or load
 * anything. vite.config.ts runs it after the app's own build.
 */
import { createHash } from 'node:crypto'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { targets } from './targets.ts'

export default defineConfig({
  plugins: [react(), oneFile()],
  // A library is built as it is used: nobody else sets these.
  define: { 'process.env.NODE_ENV': '"production"' },
  publicDir: false,
  build: {
    target: targets,
    outDir: 'dist/export',
    emptyOutDir: true,
    lib: { entry: 'src/replay/export-main.tsx', formats: ['iife'], name: 'replay', fileName: 'replay' },
  },
})

function oneFile(): Plugin {
  return {
    name: 'one-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      let script = ''
      let style = ''
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === 'chunk') script += part.code
        else if (name.endsWith('.css')) style += String(part.source)
        else this.error(`${name} would be a second file of the exported page`)
        delete bundle[name]
      }
      this.emitFile({ type: 'asset', fileName: 'replay.html', source: toPage(script, style) })
    },
  }
}

function toPage(code: string, style: string): string {
  // What would end the element early stands in strings of the code alone.
  const script = code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  const policy = [
    "default-src 'none'",
    `script-src ${toHash(script)}`,
    `style-src ${toHash(style)}`,
    'font-src data:',
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en" translate="no">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="google" content="notranslate" />
    <meta name="color-scheme" content="light dark" />
    <title>A race · LLM Drag Race</title>
    <link rel="icon" href="data:," />
    <style>${style}</style>
  </head>
  <body>
    <div id="root"></div>
    <!--tape-->
    <script>${script}</script>
  </body>
</html>
`
}

function toHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
