/**
 * Builds the web into dist/ under a strict CSP: nothing is inlined (fonts as data: URLs would need font-src data:), and
 * the polyfill of modulePreload, an inline script, is left out. The targets are the first browsers with light-dark(), which the colours stand on.
 */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  build: {
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    // The page's own Host goes along: the API compares it with the page's Origin.
    proxy: { '/api': { target: `http://127.0.0.1:${process.env.PORT ?? 8000}`, changeOrigin: false } },
  },
})
