/**
 * The security headers of everything that the app sends. The policy allows nothing but the app's own scripts, styles,
 * fonts and requests: model output that slipped through all else still could not run or load anything.
 */
import type { RequestHandler } from 'express'
import helmet from 'helmet'

export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    // The app speaks plain HTTP on loopback: a proxy that adds TLS sets this header.
    strictTransportSecurity: false,
  })
}
