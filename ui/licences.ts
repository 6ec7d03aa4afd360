// The licences of what the pages are made of, as a file beside them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const isLicence = (name: string) => /^(licen[cs]e|copying|notice|ofl)/i.test(name)

/** The folder of the package that a module comes from; none for our own. */
function packageOf(module: string): string | null {
  let folder = dirname(module.replace(/^\0/, '').split('?')[0] ?? '')
  if (!folder.includes('node_modules')) return null
  while (!existsSync(join(folder, 'package.json')) || named(folder) === null) {
    const parent = dirname(folder)
    if (parent === folder) return null
    folder = parent
  }
  return folder
}

function named(folder: string): { name: string; version: string; license?: string } | null {
  const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>
  const { name, version, license } = found
  // Folders inside of a package may say only how their modules are to be read.
  if (name === undefined || version === undefined) return null
  return { name, version, ...(license === undefined ? {} : { license }) }
}

/** Writes `licences.txt`: each text once, below the names of the packages that come under it. */
export function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
      // Fonts come in by the style sheet, which is no module of a chunk.
      const fonts = join(import.meta.dirname, 'node_modules/@ibm/plex-sans/package.json')
      const folders = new Set([...modules, fonts].map(packageOf).filter((folder) => folder !== null))
      const texts = new Map<string, string[]>()
      for (const folder of [...folders].sort()) {
        const about = named(folder)
        if (about === null) continue
        const entries = readdirSync(folder, { withFileTypes: true })
        const files = entries
          .filter((entry) => entry.isFile() && isLicence(entry.name))
          .map(({ name }) => name)
        const found = files.map((file) =>
          readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim(),
        )
        for (const text of found.length > 0 ? found : [about.license ?? 'see its repository'])
          texts.set(text, [...(texts.get(text) ?? []), `${about.name} ${about.version}`])
      }
      const line = '='.repeat(80)
      const source = [...texts].map(([text, names]) => `${line}\n${names.join('\n')}\n${line}\n\n${text}\n`)
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: source.join('\n') })
    },
  }
}
