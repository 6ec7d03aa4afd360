// Serves a built interface under the policy that it is shipped with, and hands /api on to `sla serve`.
//   node scripts/serve.mjs [--dist DIR] [--api ADDRESS] [--port NUMBER]
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import http from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

export const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ipc: http://ipc.localhost",
].join('; ')

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
}

const ownDist = fileURLToPath(new URL('../dist', import.meta.url))

/**
 * Listens on a free port unless one is named; gives the address and how to stop.
 * @param {{ dist?: string, api?: string, port?: number }} options
 */
export async function serve({ dist = ownDist, api, port = 0 }) {
  const server = http.createServer((request, response) => {
    if (api !== undefined && request.url.startsWith('/api/')) return handOn(request, response, api)
    void sendFile(request, response, dist)
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { address: `http://127.0.0.1:${server.address().port}`, stop }
}

function handOn(request, response, api) {
  const target = new URL(request.url, api)
  const onward = http.request(
    target,
    { method: request.method, headers: { ...request.headers, host: target.host } },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    },
  )
  onward.on('error', () => {
    if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' })
    response.end('the API does not answer')
  })
  request.pipe(onward)
}

async function sendFile(request, response, dist) {
  const asked = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
  const path = join(dist, normalize(asked.endsWith('/') ? `${asked}index.html` : asked))
  const found = path.startsWith(dist) ? await stat(path).catch(() => null) : null
  if (!found?.isFile()) return response.writeHead(404).end()
  response.writeHead(200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': asked.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  createReadStream(path).pipe(response)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { dist: { type: 'string' }, api: { type: 'string' }, port: { type: 'string' } },
  })
  const { address } = await serve({
    dist: values.dist,
    api: values.api ?? 'http://127.0.0.1:8787',
    port: Number(values.port ?? 4173),
  })
  console.log(`serving ${address}`)
}
