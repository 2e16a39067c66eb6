/**
 * Builds the web into dist/ under a strict CSP: nothing is inlined (fonts as data: URLs would need font-src data:), and
 * the polyfill of modulePreload, an inline script, is left out.
 */
import react from '@vitejs/plugin-react'
import { build, defineConfig, type Plugin } from 'vite'
import { targets } from './targets.ts'

export default defineConfig({
  plugins: [react(), alsoExportPage()],
  build: {
    target: targets,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    // The page's own Host goes along: the API compares it with the page's Origin.
    proxy: { '/api': { target: `http://127.0.0.1:${process.env.PORT || 8000}`, changeOrigin: false } },
  },
})

/** Whoever builds the web has the page of an exported race too. */
function alsoExportPage(): Plugin {
  return {
    name: 'also-export-page',
    apply: 'build',
    closeBundle: async () => {
      await build({
        root: import.meta.dirname,
        configFile: `${import.meta.dirname}/vite.replay.config.ts`,
        logLevel: 'warn',
      })
    },
  }
}
