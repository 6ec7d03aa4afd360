// Fails when the script that a cold start loads outgrows its budget. What is loaded later does not count.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_BYTES = 200_000
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

const files = new Set()
const take = (key) => {
  const chunk = manifest[key]
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const imported of chunk.imports ?? []) take(imported)
}
take('index.html')
// Nothing can be shown without the words of one language, so the larger of the two counts.
const locales = Object.values(manifest).filter((chunk) => chunk.src?.endsWith('.ftl?raw'))
const gzipped = (file) => gzipSync(readFileSync(new URL(file, dist))).length
const words = Math.max(0, ...locales.map((chunk) => gzipped(chunk.file)))
const total = [...files].reduce((sum, file) => sum + gzipped(file), 0) + words

console.log(`initial script: ${total} bytes gzip in ${files.size} files and a locale; at most ${LIMIT_BYTES}`)
if (locales.length !== 2) throw new Error(`expected two locales in the manifest, found ${locales.length}`)
if (total > LIMIT_BYTES) process.exit(1)
