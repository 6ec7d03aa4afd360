// Pictures of every page, for eyes: two sizes, both languages, both themes, into the folder that is named.
//   SLA_BIN=… node scripts/pictures.mjs DIR [only these pages, and only these kinds, such as small-de-light]
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { signIn, startBrowser, startDesk } from '../tests/desk.mjs'
import { enterMeasured, startPrometheus } from '../tests/prometheus.mjs'
import { pages } from './pages.mjs'

const [folder = '/tmp/sla-desk-pictures', ...named] = process.argv.slice(2)
const isKind = (name) => /^(small|large)-/.test(name)
const kinds = named.filter(isKind)
const only = named.filter((name) => !isKind(name))
const sizes = { small: { width: 1280, height: 800 }, large: { width: 1920, height: 1080 } }
const desk = await startDesk()
const server = await startPrometheus()
const browser = await startBrowser()
try {
  await mkdir(folder, { recursive: true })
  for (const tenant of ['prairie', 'alpenbahn'])
    await desk.as('mara', 'POST', `/months/${tenant}/${tenant}-platform/2026-10/steps`, {
      step: 'submit',
      note: '',
    })
  await desk.as('ole', 'POST', '/months/prairie/prairie-platform/2026-10/credits/availability/steps', {
    step: 'decide',
    amount: '490.00',
    note: 'Half of the unknown time is shown as up by the customer’s own monitoring.',
  })
  await issue('nordlicht')
  await desk.as('mara', 'POST', '/jobs', { kind: 'standing', at: '2026-10-15T10:00:30Z' })
  await desk.as('mara', 'POST', '/jobs', { kind: 'close', month: '2026-11' })
  await desk.done('mara', { kind: 'close', month: '2026-10' })
  // After the months were closed, which are those of the demo alone.
  await enterMeasured(desk.folder, server.url)
  await desk.done('mara', { kind: 'capture', month: '2026-10' })
  for (const [size, viewport] of Object.entries(sizes))
    for (const language of ['en', 'de'])
      for (const colorScheme of ['light', 'dark']) {
        const kind = `${size}-${language}-${colorScheme}`
        if (kinds.length === 0 || kinds.some((one) => kind.startsWith(one)))
          await takeAll(kind, { viewport, colorScheme }, language)
      }
  console.log(folder)
} finally {
  await browser.close()
  await desk.stop()
  await server.stop()
}

/** A month that its customer sees. */
async function issue(tenant) {
  const steps = [
    ['mara', 'submit'],
    ['ole', 'approve'],
    ['fee', 'issue'],
  ]
  for (const [who, step] of steps)
    await desk.as(who, 'POST', `/months/${tenant}/${tenant}-platform/2026-10/steps`, { step, note: '' })
}

async function takeAll(kind, options, language) {
  const chosen = Object.entries(pages).filter(([name]) => only.length === 0 || only.includes(name))
  for (const account of new Set(chosen.map(([, [who]]) => who))) {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
    const page = await context.newPage()
    if (account === chosen[0]?.[1][0] && (only.length === 0 || only.includes('sign-in'))) {
      await page.addInitScript((code) => localStorage.setItem('sla-desk.language', code), language)
      await page.goto(desk.address)
      await page.locator('form').waitFor()
      await page.screenshot({ path: join(folder, `sign-in-${kind}.png`) })
    }
    await signIn(page, desk.address, account, language)
    for (const [name, [who, place, prepare]] of chosen) {
      if (who !== account) continue
      await page.goto('about:blank')
      await page.goto(`${desk.address}/#/${place}`)
      await settled(page)
      await prepare?.(page)
      await settled(page)
      await page.screenshot({ path: join(folder, `${name}-${kind}.png`) })
    }
    await context.close()
  }
}

async function settled(page) {
  await page.locator('main h1, main h3').first().waitFor()
  await page.waitForFunction(
    () =>
      document.querySelector('.skeleton, [aria-busy="true"]') === null && document.fonts.status === 'loaded',
  )
}
